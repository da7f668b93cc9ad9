/** Where an action's key is alive: `app` everywhere, the others while that view has registered a handler. */
export type ActionScope = 'app' | 'label' | 'review' | 'analyse'
export type ActionGroup = 'project' | 'go' | 'edit' | 'scene' | 'student' | 'review' | 'box' | 'view' | 'model' | 'help'

export interface ActionDefinition {
  readonly id: string
  readonly group: ActionGroup
  readonly scopes: readonly ActionScope[]
  /** Message key of the title, with its parameters. */
  readonly title: string
  readonly params?: Readonly<Record<string, number>>
  readonly chords: readonly string[]
  /** Runs on key-up: Space pans while it is held and accepts only when let go. */
  readonly onKeyUp?: boolean
  /** Stays alive while the user types, as the palette must. */
  readonly whileTyping?: boolean
}

const define = (
  group: ActionGroup,
  scopes: readonly ActionScope[],
  rows: readonly (readonly [id: string, ...chords: string[]])[],
): readonly ActionDefinition[] => rows.map(([id, ...chords]) => ({ id, group, scopes, title: `actions.${id}`, chords }))

const digits = [1, 2, 3, 4, 5, 6, 7, 8, 9]
const arrows = ['Left', 'Right', 'Up', 'Down']
const lower = (word: string) => word.toLowerCase()

/** Every action of the application with its default keys (the table of the interface's design). Views bring the handlers. */
export const actionCatalogue: readonly ActionDefinition[] = [
  ...define(
    'project',
    ['app'],
    [
      ['project.open-photos', '$mod+Shift+O'],
      ['project.open', '$mod+O'],
      ['project.import', '$mod+Shift+M'],
      ['project.sample'],
      ['project.import-split'],
      ['project.rescan'],
      ['project.duplicates'],
      ['project.places'],
      ['project.relink'],
      ['project.close'],
    ],
  ),
  ...define(
    'go',
    ['app'],
    [
      ['go.start', 'Alt+0'],
      ['go.label', 'Alt+1'],
      ['go.analyse', 'Alt+2'],
      ['go.models', 'Alt+3'],
      ['go.reports', 'Alt+4'],
      ['go.train', 'Alt+5'],
      ['go.review', 'Alt+6'],
      ['go.settings', '$mod+,'],
    ],
  ),
  ...define(
    'edit',
    ['app'],
    [
      ['edit.undo', '$mod+Z'],
      ['edit.redo', '$mod+Shift+Z', '$mod+Y'],
    ],
  ),
  ...define(
    'scene',
    ['label'],
    [
      ['scene.next', 'D', 'PageDown'],
      ['scene.previous', 'A', 'PageUp'],
      ['scene.next-unreviewed', '$mod+Shift+D', '$mod+Shift+PageDown'],
      ['scene.previous-unreviewed', '$mod+Shift+A', '$mod+Shift+PageUp'],
      ['scene.accept', '$mod+Enter'],
      ['scene.review', 'K', 'Enter'],
      ['scene.search', '/'],
    ],
  ),
  ...define(
    'student',
    ['label'],
    [
      ['student.next', 'Tab'],
      ['student.previous', 'Shift+Tab'],
      ...arrows.map((side) => [`student.${lower(side)}`, `Arrow${side}`] as const),
      ...arrows.map((side) => [`student.extend-${lower(side)}`, `Shift+Arrow${side}`] as const),
    ],
  ),
  ...digits.map((digit) => classAction('class.set', digit, `${digit}`)),
  ...digits.map((digit) => classAction('class.set-selection', digit, `Shift+Digit${digit}`)),
  { ...define('student', ['label', 'review'], [['student.accept', 'Space']])[0]!, onKeyUp: true },
  ...define(
    'student',
    ['label', 'review', 'analyse'],
    [
      ['student.select-all', '$mod+A'],
      ['student.show-in-photo', 'O'],
    ],
  ),
  ...define('student', ['label', 'review'], [['student.delete', 'Delete']]),
  ...define(
    'review',
    ['review'],
    [
      ['review.skip', 'K', 'ArrowRight'],
      ['review.back', 'ArrowLeft'],
      ['review.open', 'Enter'],
      ['review.wall', 'W'],
      ['review.accept-selection', '$mod+Enter'],
    ],
  ),
  ...define(
    'box',
    ['label'],
    [
      ['box.draw', 'R'],
      ['box.place', 'N'],
      ['box.pointer', 'V', 'Escape'],
      ...arrows.map((side) => [`box.move-${lower(side)}`, `Alt+Arrow${side}`] as const),
      ...arrows.map((side) => [`box.move-far-${lower(side)}`, `Alt+Shift+Arrow${side}`] as const),
      ...arrows.map((side) => [`box.resize-${lower(side)}`, `Control+Alt+Arrow${side}`] as const),
    ],
  ),
  ...define(
    'view',
    ['label'],
    [
      ['view.zoom-in', '[Shift]++', '='],
      ['view.zoom-out', '-'],
      ['view.fit', 'F'],
      ['view.actual-size', '0'],
      ['view.hide-boxes', 'H'],
      ['view.hide-labels', 'L'],
      ['view.compare', 'C'],
      ['view.next-panel', 'F6'],
      ['view.previous-panel', 'Shift+F6'],
    ],
  ),
  ...define('model', ['label'], [['model.run-scene', 'I'], ['students.find-here', 'B'], ['students.discard-here']]),
  ...define(
    'model',
    ['app'],
    [
      ['model.run-all', '$mod+B'],
      ['model.add'],
      ['model.add-folder'],
      ['students.find-all', '$mod+Shift+F'],
      ['students.discard'],
      ['features.make', '$mod+Shift+E'],
      ['rafnet.run'],
      ['weights.show'],
      ['report.write'],
      ['export.features'],
    ],
  ),
  ...define('help', ['app'], [['help.shortcuts', 'F1', '[Shift]+?'], ['help.theme']]),
  { ...define('help', ['app'], [['help.palette', '$mod+K']])[0]!, whileTyping: true },
]

function classAction(name: 'class.set' | 'class.set-selection', digit: number, chord: string): ActionDefinition {
  return {
    id: `${name}-${digit}`,
    group: 'student',
    scopes: name === 'class.set' ? ['label', 'review', 'analyse'] : ['label'],
    title: `actions.${name}`,
    params: { digit },
    chords: [chord],
  }
}
