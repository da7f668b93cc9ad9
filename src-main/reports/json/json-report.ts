import { className, type ReportHead, type ReportScene } from '../report-model.ts'

/** The report for programs: the head's figures, then every scene with every student; photos are left to the HTML report. */
export async function* jsonReport(head: ReportHead, scenes: AsyncIterable<ReportScene>): AsyncGenerator<string, void> {
  const { run, labels, noiseStudy, ...rest } = head
  const { name, evaluation, intervals, predicted, ...model } = run ?? {
    name: null,
    evaluation: null,
    intervals: null,
    predicted: null,
  }
  const about = { ...rest, run: name, ...model }
  const tally = head.classes.map((one) => ({ class: one.name, students: labels.counts.get(one.index) ?? 0 }))
  const said = predicted && head.classes.map((one) => ({ class: one.name, students: predicted.get(one.index) ?? 0 }))
  const labelled = { students: labels.students, labelled: labels.labelled, classes: tally }
  yield `{"about":${JSON.stringify(about)},\n"labels":${JSON.stringify(labelled)},\n"predicted":${JSON.stringify(said)},\n"evaluation":${JSON.stringify(evaluation)},\n"intervals":${JSON.stringify(intervals)},\n"noiseStudy":${JSON.stringify(noiseStudy)},\n"scenes":[`
  let separator = '\n'
  for await (const { photo, students, ...scene } of scenes) {
    const named = students.map((student) => ({
      ...student,
      truth: className(head.classes, student.truth) || null,
      predicted: className(head.classes, student.predicted) || null,
    }))
    yield `${separator}${JSON.stringify({ ...scene, students: named })}`
    separator = ',\n'
  }
  yield '\n]}\n'
}
