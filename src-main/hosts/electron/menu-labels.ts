import type { Settings } from '#shared/contract/settings.ts'

export type MenuLanguage = 'en' | 'zh-CN'

/** The language of the menu: the one chosen in the settings, else the system's. */
export const resolveLanguage = (chosen: Settings['language'], systemLocale: string): MenuLanguage =>
  chosen === 'system' ? (systemLocale.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en') : chosen

/** `&` marks the letter that opens a menu; a real ampersand is written twice. */
const english = {
  file: '&File',
  openPhotos: 'Open Photo Folder…',
  openProject: 'Open Project…',
  openRecent: 'Open Recent',
  import: 'Import RAFNet Files…',
  export: 'Export Features…',
  report: 'Write Report…',
  close: 'Close Project',
  quit: 'Quit',
  edit: '&Edit',
  undo: 'Undo',
  redo: 'Redo',
  cut: 'Cut',
  copy: 'Copy',
  paste: 'Paste',
  selectText: 'Select All',
  selectAll: 'Select All Students',
  view: '&View',
  fit: 'Fit Photo',
  actualSize: 'Actual Size',
  zoomIn: 'Zoom In',
  zoomOut: 'Zoom Out',
  fullScreen: 'Full Screen',
  go: '&Go',
  label: 'Label',
  analyse: 'Analyse',
  models: 'Models && Runs',
  reports: 'Reports && Exports',
  settings: 'Settings',
  run: '&Run',
  runScene: 'Run Model on This Scene',
  runAll: 'Run Model on All Scenes',
  help: '&Help',
  palette: 'Command Palette…',
  shortcuts: 'Keyboard Shortcuts',
  developerTools: 'Developer Tools',
}
export type MenuLabels = Readonly<Record<keyof typeof english, string>>

const chinese: MenuLabels = {
  file: '文件(&F)',
  openPhotos: '打开照片文件夹…',
  openProject: '打开项目…',
  openRecent: '最近的项目',
  import: '导入 RAFNet 文件…',
  export: '导出特征…',
  report: '生成报告…',
  close: '关闭项目',
  quit: '退出',
  edit: '编辑(&E)',
  undo: '撤销',
  redo: '重做',
  cut: '剪切',
  copy: '复制',
  paste: '粘贴',
  selectText: '全选',
  selectAll: '选择全部学生',
  view: '视图(&V)',
  fit: '适应窗口',
  actualSize: '实际大小',
  zoomIn: '放大',
  zoomOut: '缩小',
  fullScreen: '全屏',
  go: '转到(&G)',
  label: '标注',
  analyse: '分析',
  models: '模型与运行',
  reports: '报告与导出',
  settings: '设置',
  run: '运行(&R)',
  runScene: '在此场景运行模型',
  runAll: '在所有场景运行模型',
  help: '帮助(&H)',
  palette: '命令面板…',
  shortcuts: '键盘快捷键',
  developerTools: '开发者工具',
}

export const menuLabels: Readonly<Record<MenuLanguage, MenuLabels>> = { en: english, 'zh-CN': chinese }
