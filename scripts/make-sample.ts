import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { drawPicture } from './sample/draw/picture.ts'
import { featurePickle, photoPath } from './sample/feature-file.ts'
import { headCheckpoint, headConfig } from './sample/fit/head-files.ts'
import type { HeadShape } from './sample/fit/heads.ts'
import { appearanceShape, logBalancedWeights, rowsOf, shuffledBatches } from './sample/fit/sample-heads.ts'
import { spatialShape, trainingScenes } from './sample/fit/sample-heads.ts'
import { defaultPlan, predictClasses, trainHead } from './sample/fit/train-head.ts'
import type { LabelledRows } from './sample/fit/train-head.ts'
import { iconPng, iconSvg } from './sample/icon.ts'
import { samplePlans } from './sample/plans.ts'
import { sampleReadme } from './sample/readme.ts'
import type { HeadFigures } from './sample/readme.ts'
import { createScene } from './sample/scene.ts'
import type { Scene } from './sample/scene.ts'

const resources = resolve(import.meta.dirname, '../resources')
const sample = join(resources, 'sample')
const jpegQuality = 82
const trainingSceneCount = 100
const scenesPerBatch = 4
const nullFactor = 0.3

await mkdir(join(sample, 'images'), { recursive: true })
await mkdir(join(resources, 'icons'), { recursive: true })

const scenes = await drawScenes()
await writeFile(join(sample, 'features.pkl'), featurePickle(scenes))
const training = trainingScenes(trainingSceneCount).map((scene) => rowsOf(scene))
const heads = [
  await fitHead('ConvNeXt-only', 'convnext_only.pth', 'convnext_only.yaml', appearanceShape),
  await fitHead('C+Spatial', 'head.pth', 'config.yaml', spatialShape),
]
const trainingStudents = training.reduce((sum, { labels }) => sum + labels.length, 0)
await writeFile(join(sample, 'README.md'), sampleReadme(scenes, heads, trainingStudents))
await writeFile(join(resources, 'icons', 'icon.svg'), iconSvg())
await writeFile(join(resources, 'icons', 'icon.png'), await iconPng(iconSvg()))

async function drawScenes(): Promise<readonly Scene[]> {
  const drawn: Scene[] = []
  for (const plan of samplePlans) {
    const scene = createScene(plan.scene)
    const picture = drawPicture(scene, plan.palette).toBuffer('image/jpeg', jpegQuality)
    await writeFile(join(sample, photoPath(scene)), picture)
    console.log(`${photoPath(scene)}: ${scene.students.length} students, ${Math.round(picture.length / 1024)} KB`)
    drawn.push(scene)
  }
  return drawn
}

async function fitHead(name: string, file: string, config: string, shape: HeadShape): Promise<HeadFigures> {
  const weights = logBalancedWeights(
    training.flatMap(({ labels }) => labels),
    nullFactor,
  )
  const batches = (random: Parameters<typeof shuffledBatches>[2]): readonly LabelledRows[] =>
    shuffledBatches(training, scenesPerBatch, random)
  const { parameters, steps } = trainHead(shape, batches, weights, defaultPlan, `fit ${name}`)
  await writeFile(join(sample, file), headCheckpoint(shape, parameters, steps))
  await writeFile(join(sample, config), headConfig(shape, defaultPlan, nullFactor))
  const figures = { name, file, classes: scenes.map((scene) => predictClasses(shape, parameters, rowsOf(scene))) }
  const right = scenes.flatMap(({ students }, index) =>
    students.filter(({ behaviour }, student) => figures.classes[index]![student] === behaviour),
  )
  const students = scenes.reduce((sum, scene) => sum + scene.students.length, 0)
  console.log(`${file}: ${right.length} of ${students} right after ${steps} steps`)
  return figures
}
