/** A photo in halving sizes, largest first: drawing a small one is far cheaper than scaling a large one down on every frame. */
export interface Photo {
  readonly state: 'loading' | 'ready' | 'failed'
  readonly levels: readonly PhotoLevel[]
}

export interface PhotoLevel {
  readonly widthPx: number
  readonly source: CanvasImageSource
}

export interface PhotoShelf {
  /** The photo as it stands, loading it where it does not. */
  take(address: string): Photo
  /** Loads photos that may be wanted next. */
  preload(addresses: readonly string[]): void
  /** Forgets a photo, so that the next `take` loads it again. */
  drop(address: string): void
  clear(): void
}

const smallestLevelPx = 700
const loading: Photo = { state: 'loading', levels: [] }
const failed: Photo = { state: 'failed', levels: [] }

/** Keeps the newest `capacity` photos decoded. `onChange` hears of every address whose photo changed. */
export function createPhotoShelf(capacity: number, onChange: (address: string) => void): PhotoShelf {
  const photos = new Map<string, Photo>()

  function put(address: string, photo: Photo): void {
    if (!photos.has(address)) return
    photos.set(address, photo)
    onChange(address)
  }

  async function load(address: string): Promise<void> {
    const image = new Image()
    image.src = address
    try {
      await image.decode()
    } catch {
      return put(address, failed)
    }
    put(address, { state: 'ready', levels: [levelOf(image, image.naturalWidth)] })
    const levels = await halvings(image)
    if (photos.get(address)?.state === 'ready') put(address, { state: 'ready', levels })
  }

  function take(address: string): Photo {
    const known = photos.get(address)
    photos.delete(address)
    photos.set(address, known ?? loading)
    if (!known) void load(address)
    for (const oldest of photos.keys()) {
      if (photos.size <= capacity) break
      photos.delete(oldest)
    }
    return photos.get(address) ?? loading
  }

  return {
    take,
    preload: (addresses) => addresses.forEach(take),
    drop: (address) => void photos.delete(address),
    clear: () => photos.clear(),
  }
}

const levelOf = (source: CanvasImageSource, widthPx: number): PhotoLevel => ({ source, widthPx })

async function halvings(image: HTMLImageElement): Promise<readonly PhotoLevel[]> {
  const levels = [levelOf(image, image.naturalWidth)]
  for (let width = image.naturalWidth / 2; width >= smallestLevelPx; width /= 2) {
    const resizeWidth = Math.round(width)
    const last = levels.at(-1)!.source as ImageBitmapSource
    levels.push(levelOf(await createImageBitmap(last, { resizeWidth, resizeQuality: 'high' }), resizeWidth))
  }
  return levels
}

/** The smallest level that still has a pixel for each one shown; the largest where none has. */
export function levelFor(levels: readonly PhotoLevel[], shownWidthPx: number): PhotoLevel | null {
  return levels.findLast((level) => level.widthPx >= shownWidthPx) ?? levels[0] ?? null
}
