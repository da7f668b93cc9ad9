import { createCanvas, loadImage } from '@napi-rs/canvas'
import { Buffer } from 'node:buffer'
import { rafnetClasses } from '#shared/domain/behaviour-class.ts'

const size = 512
const seat = { width: 58, height: 44, pitchX: 78, pitchY: 62, top: 84 } as const

/** Class index of each seat above the lectern, row by row; −1 is an empty, pale seat. */
const seating = [
  [-1, 1, -1, 2, -1],
  [1, -1, 0, -1, 1],
  [-1, 2, -1, 4, -1],
] as const

/** The application's icon: seats in the classes' colours before an open book on a lectern. */
export function iconSvg(): string {
  const seats = seating.flatMap((row, rowIndex) =>
    row.map((index, column) => {
      const x = size / 2 + (column - (row.length - 1) / 2) * seat.pitchX - seat.width / 2
      const y = seat.top + rowIndex * seat.pitchY
      const fill = index < 0 ? '#ffffff' : rafnetClasses[index]!.colour
      const opacity = index < 0 ? 0.2 : 1
      return `<rect x="${x}" y="${y}" width="${seat.width}" height="${seat.height}" rx="14" fill="${fill}" fill-opacity="${opacity}"/>`
    }),
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" width="${size}" height="${size}">
  <defs>
    <linearGradient id="ground" x1="0" y1="0" x2="0.6" y2="1">
      <stop offset="0" stop-color="#2f5d8c"/>
      <stop offset="1" stop-color="#152a4a"/>
    </linearGradient>
    <linearGradient id="left" x1="0" y1="0" x2="1" y2="0">
      <stop offset="0" stop-color="#ffffff"/>
      <stop offset="1" stop-color="#d5e0ec"/>
    </linearGradient>
    <linearGradient id="right" x1="0" y1="0" x2="1" y2="0">
      <stop offset="0" stop-color="#e3ebf4"/>
      <stop offset="1" stop-color="#ffffff"/>
    </linearGradient>
  </defs>
  <rect x="16" y="16" width="480" height="480" rx="108" fill="url(#ground)"/>
  ${seats.join('\n  ')}
  <path d="M232 398h48l10 58h-68z" fill="#f0b357"/>
  <path d="M180 452h152a12 12 0 0 1 12 12v4H168v-4a12 12 0 0 1 12-12z" fill="#d99a3d"/>
  <path d="M78 304 L256 346 L434 304 L448 372 L256 420 L64 372z" fill="#f0b357"/>
  <path d="M256 330 C214 292 150 280 96 286 L84 352 C142 346 210 358 256 394z" fill="url(#left)"/>
  <path d="M256 330 C298 292 362 280 416 286 L428 352 C370 346 302 358 256 394z" fill="url(#right)"/>
  <path d="M122 308 C160 306 196 314 226 332 M117 330 C156 328 194 338 226 356" fill="none" stroke="#9db3cb" stroke-width="7" stroke-linecap="round"/>
  <path d="M390 308 C352 306 316 314 286 332 M395 330 C356 328 318 338 286 356" fill="none" stroke="#9db3cb" stroke-width="7" stroke-linecap="round"/>
</svg>
`
}

/** The icon as a PNG of 512 × 512 pixels. */
export async function iconPng(svg: string): Promise<Buffer> {
  const canvas = createCanvas(size, size)
  canvas.getContext('2d').drawImage(await loadImage(Buffer.from(svg)), 0, 0, size, size)
  return canvas.toBuffer('image/png')
}
