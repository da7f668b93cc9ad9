import { Menu } from 'electron'
import type { MenuItemConstructorOptions } from 'electron'
import type { RecentProject } from '#shared/contract/project.ts'
import type { CommandHub } from './command-hub.ts'
import { menuLabels, type MenuLabels, type MenuLanguage } from './menu-labels.ts'

export interface MenuParts {
  readonly language: MenuLanguage
  readonly recent: readonly RecentProject[]
  readonly commands: CommandHub
  readonly openPaths: (paths: readonly string[]) => void
  readonly platform: NodeJS.Platform
}

/**
 * The application menu. Its items ask the page for an action by the page's own action name; their keys are the page's
 * business too (shown, not registered), since keys can be rebound there and must stay silent while somebody types.
 */
export function buildMenu({ language, recent, commands, openPaths, platform }: MenuParts): Menu {
  const labels = menuLabels[language]
  const action = (label: string, name: string, accelerator?: string): MenuItemConstructorOptions => ({
    id: name,
    label,
    ...(accelerator && { accelerator, registerAccelerator: false }),
    click: () => commands.publish({ kind: 'action', action: name }),
  })
  const separator: MenuItemConstructorOptions = { type: 'separator' }
  const recentItems = recent
    .filter((project) => project.exists)
    .map((project): MenuItemConstructorOptions => ({ label: project.name, click: () => openPaths([project.folder]) }))

  const template: MenuItemConstructorOptions[] = [
    ...(platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
    {
      label: labels.file,
      submenu: [
        action(labels.openPhotos, 'project.open-photos', 'CmdOrCtrl+Shift+O'),
        action(labels.openProject, 'project.open', 'CmdOrCtrl+O'),
        { id: 'recent', label: labels.openRecent, enabled: recentItems.length > 0, submenu: recentItems },
        separator,
        action(labels.import, 'project.import', 'CmdOrCtrl+Shift+M'),
        action(labels.export, 'export.features'),
        action(labels.report, 'report.write'),
        separator,
        action(labels.close, 'project.close'),
        { role: 'quit', label: labels.quit },
      ],
    },
    {
      label: labels.edit,
      submenu: [
        action(labels.undo, 'edit.undo', 'CmdOrCtrl+Z'),
        action(labels.redo, 'edit.redo', 'CmdOrCtrl+Shift+Z'),
        separator,
        { role: 'cut', label: labels.cut },
        { role: 'copy', label: labels.copy },
        { role: 'paste', label: labels.paste },
        action(labels.selectAll, 'student.select-all', 'CmdOrCtrl+A'),
      ],
    },
    { label: labels.view, submenu: viewItems(labels, action, separator) },
    {
      label: labels.go,
      submenu: [
        action(labels.label, 'go.label', 'Alt+1'),
        action(labels.analyse, 'go.analyse', 'Alt+2'),
        action(labels.models, 'go.models', 'Alt+3'),
        action(labels.reports, 'go.reports', 'Alt+4'),
        action(labels.train, 'go.train', 'Alt+5'),
        action(labels.settings, 'go.settings', 'CmdOrCtrl+,'),
      ],
    },
    {
      label: labels.run,
      submenu: [action(labels.runScene, 'model.run-scene', 'I'), action(labels.runAll, 'model.run-all', 'CmdOrCtrl+B')],
    },
    {
      label: labels.help,
      submenu: [
        action(labels.palette, 'help.palette', 'CmdOrCtrl+K'),
        action(labels.shortcuts, 'help.shortcuts', 'F1'),
        separator,
        { role: 'toggleDevTools', label: labels.developerTools },
      ],
    },
  ]
  return Menu.buildFromTemplate(template)
}

type ActionItem = (label: string, name: string, accelerator?: string) => MenuItemConstructorOptions

const viewItems = (labels: MenuLabels, action: ActionItem, separator: MenuItemConstructorOptions) => [
  action(labels.fit, 'view.fit', 'F'),
  action(labels.actualSize, 'view.actual-size', '0'),
  action(labels.zoomIn, 'view.zoom-in'),
  action(labels.zoomOut, 'view.zoom-out'),
  separator,
  { role: 'togglefullscreen', label: labels.fullScreen } as const,
]
