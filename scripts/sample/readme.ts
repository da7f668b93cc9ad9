import { classNames } from './postures.ts'
import type { Scene } from './scene.ts'

/** How one head did on the sample: the classes it gave, scene by scene. */
export interface HeadFigures {
  readonly name: string
  readonly file: string
  readonly classes: readonly (readonly number[])[]
}

/** The sample's README: what it is, how it came about, and the figures its heads reach. */
export function sampleReadme(
  scenes: readonly Scene[],
  heads: readonly HeadFigures[],
  trainingStudents: number,
): string {
  const students = scenes.reduce((sum, scene) => sum + scene.students.length, 0)
  const counts = classNames.map((name, index) => {
    const count = scenes.flatMap((scene) => scene.students).filter(({ behaviour }) => behaviour === index).length
    return `${name} ${count}`
  })
  return `# The sample project

**Everything here is synthetic.** The ${scenes.length} pictures are drawings, the ${students} students in them do not exist, the feature
vectors come from no network, and the heads are of no use on real photos. The sample shows the whole job in a minute
with nothing to download; figures reached on it say nothing about real classrooms.

| file | what it is |
| --- | --- |
| \`images/\` | ${scenes.length} drawn classrooms, 1280 × 720 |
| \`features.pkl\` | a feature pickle of RAFNet's form: \`grouprec\` and \`convnext\` [${students}, 48], labels, metadata, context |
| \`head.pth\`, \`config.yaml\` | a C+Spatial head (\`context_graph_fusion_classifier\`, hidden 32, 6 neighbours) |
| \`convnext_only.pth\`, \`convnext_only.yaml\` | a head that sees appearance alone (\`multimodal_classifier\`) |

Labels: ${counts.join(', ')}. They follow the drawing: whoever is mostly hidden or cut off by the picture's edge is Null.

## How it is made
\`node scripts/make-sample.ts\` draws and fits everything again from fixed seeds. Each student has a posture (joint angles and hands),
from which the drawing, the box and the label follow. The vectors are a fixed random mixture of what that posture would
show (lean of the back, tilt of the head, hands, paper, phone, how much is hidden), of the light, of the person's look and
of noise; \`grouprec\` mixes in what the six nearest classmates do. The modalities bear RAFNet's names only so that
the file reads like one of RAFNet's. The heads were fitted to ${trainingStudents} students of other rooms, lessons and seeds, so these
scenes are held out.

## What the heads reach here
Students with the right class, in percent:

| scene | students | ${heads.map(({ name }) => name).join(' | ')} |
| --- | --- | ${heads.map(() => '---').join(' | ')} |
${scenes.map((scene, index) => sceneRow(scene, heads, index)).join('\n')}
| all | ${students} | ${heads.map((head) => share(scenes.flatMap((scene, index) => hits(scene, head, index)))).join(' | ')} |

## Licence
Drawings, data and heads are ours, under the MIT licence like the rest of the project.
`
}

const hits = (scene: Scene, head: HeadFigures, index: number): readonly boolean[] =>
  scene.students.map(({ behaviour }, student) => head.classes[index]![student] === behaviour)

const share = (right: readonly boolean[]): string => ((100 * right.filter(Boolean).length) / right.length).toFixed(2)

function sceneRow(scene: Scene, heads: readonly HeadFigures[], index: number): string {
  const figures = heads.map((head) => share(hits(scene, head, index)))
  return `| ${scene.plan.name} | ${scene.students.length} | ${figures.join(' | ')} |`
}
