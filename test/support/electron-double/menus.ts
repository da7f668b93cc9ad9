import type { Desktop } from './desktop.ts'
import { guard, makeEvent } from './guard.ts'

type Template = Electron.MenuItemConstructorOptions
type RoleName = NonNullable<Template['role']>

/** The labels that Electron gives its roles; it does not translate them. */
const roleLabels: Partial<Record<RoleName, string>> = {
  copy: 'Copy',
  cut: 'Cut',
  paste: 'Paste',
  quit: 'Quit',
  selectAll: 'Select All',
  toggleDevTools: 'Toggle Developer Tools',
  togglefullscreen: 'Toggle Full Screen',
}

export interface MenuOwner {
  readonly desktop: Desktop
  quit(): void
  focusedWindow(): object | undefined
}

export class MenuItemDouble implements Pick<
  Electron.MenuItem,
  'id' | 'label' | 'enabled' | 'visible' | 'checked' | 'type'
> {
  readonly id: string
  readonly label: string
  readonly enabled: boolean
  readonly visible: boolean
  readonly type: Electron.MenuItem['type']
  readonly role: RoleName | undefined
  readonly submenu: MenuDouble | undefined
  checked: boolean
  private readonly template: Template
  private readonly owner: MenuOwner

  constructor(template: Template, owner: MenuOwner) {
    const { id = '', role, label, enabled = true, visible = true, checked = false, submenu } = template
    if (role !== undefined && roleLabels[role] === undefined) {
      throw new Error(`electron double: the menu role ${role} is not doubled`)
    }
    this.id = id
    this.role = role
    this.label = label ?? (role ? roleLabels[role]! : '')
    this.enabled = enabled
    this.visible = visible
    this.checked = checked
    this.type = template.type ?? (submenu ? 'submenu' : 'normal')
    this.submenu = Array.isArray(submenu) ? MenuDouble.of(submenu, owner) : (submenu as MenuDouble | undefined)
    this.template = template
    this.owner = owner
  }

  /** What a user's click does; the system lets nobody click what is greyed out. */
  choose(): void {
    if (!this.enabled || !this.visible) throw new Error(`the menu item '${this.label}' cannot be clicked`)
    if (this.type === 'checkbox') this.checked = !this.checked
    if (this.role === 'quit') return this.owner.quit()
    const window = this.owner.focusedWindow() as Electron.BaseWindow | undefined
    this.template.click?.(this as unknown as Electron.MenuItem, window, makeEvent())
  }
}

export class MenuDouble implements Pick<Electron.Menu, 'popup'> {
  readonly items: readonly MenuItemDouble[]
  private readonly owner: MenuOwner

  private constructor(items: readonly MenuItemDouble[], owner: MenuOwner) {
    this.items = items
    this.owner = owner
  }

  static of(templates: readonly Template[], owner: MenuOwner): MenuDouble {
    return new MenuDouble(
      templates.map((template) => new MenuItemDouble(template, owner)),
      owner,
    )
  }

  popup(): void {
    this.owner.desktop.calls.push(['menu.popup', this.items.map((item) => item.label)])
  }

  /** The item at this path of labels; as a user reads them, without the marks of their access keys. */
  find(path: readonly string[]): MenuItemDouble {
    const [first, ...rest] = path
    const item = this.items.find((one) => shownLabel(one) === first)
    if (!item) throw new Error(`no menu item '${first}' among ${this.items.map(shownLabel).join(', ')}`)
    if (rest.length === 0) return item
    if (!item.submenu) throw new Error(`the menu item '${first}' has no submenu`)
    return item.submenu.find(rest)
  }

  /** Labels as shown, without separators. */
  labels(): string[] {
    return this.items.filter((item) => item.type !== 'separator').map(shownLabel)
  }
}

/** As a user reads it: `&` marks an access key, `&&` is an ampersand. */
const shownLabel = ({ label }: MenuItemDouble): string => label.replace(/\(&\w\)$/, '').replaceAll(/&(&?)/g, '$1')

/** `Menu`, and the application menu that it last set. */
export function doubleMenus(owner: MenuOwner) {
  let applicationMenu: MenuDouble | null = null
  const menu = {
    buildFromTemplate: (templates) =>
      guard('Menu', MenuDouble.of(templates as Template[], owner)) as unknown as Electron.Menu,
    setApplicationMenu: (next) => {
      applicationMenu = next as unknown as MenuDouble | null
    },
  } satisfies Partial<typeof Electron.Menu>
  return {
    Menu: guard('Menu', menu),
    applicationMenu: (): MenuDouble => {
      if (!applicationMenu) throw new Error('there is no application menu yet')
      return applicationMenu
    },
    hasApplicationMenu: (): boolean => applicationMenu !== null,
  }
}
