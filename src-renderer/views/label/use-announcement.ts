import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { predictionOf } from '../../canvas/show-students.ts'
import { useFormat } from '../../composables/use-format.ts'
import { useLabelScene } from '../../stores/label-scene.ts'
import { useProject } from '../../stores/project.ts'
import { placeInClass } from './decisions.ts'
import { shortId } from './short-id.ts'

/** What a screen reader says of the selection: `Student 12, row 2 seat 5, label Listening, prediction Reading/Writing 81 %`. */
export function useAnnouncement() {
  const { t } = useI18n()
  const format = useFormat()
  const project = useProject()
  const scene = useLabelScene()
  const nameOf = (index: number) => project.classOf(index)?.name ?? String(index)

  return computed(() => {
    const count = scene.selection.length
    const student = scene.primary
    if (!student) return ''
    if (count > 1) return t('label.selected', { count }, count)
    const parts = [t('label.student', { id: shortId(student.bboxId, scene.scene?.name ?? '') })]
    const place = placeInClass(scene.students, student.id)
    if (place) parts.push(t('label.say.place', { ...place }))
    parts.push(student.label ? t('label.say.label', { class: nameOf(student.label.classIndex) }) : t('common.noClass'))
    const prediction = predictionOf(student, scene.run?.id ?? null)
    if (prediction) {
      const percent = format.percent(100 * (prediction.probabilities[prediction.classIndex] ?? 0), 0)
      parts.push(t('label.say.prediction', { class: nameOf(prediction.classIndex), percent }))
    }
    if (student.boxIssue) parts.push(t(`label.issue.${student.boxIssue}`))
    return parts.join(t('common.listSeparator'))
  })
}
