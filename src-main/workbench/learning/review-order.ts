import type { ReviewReason } from '#shared/contract/learning.ts'
import type { Steps } from '#shared/metrics/steps.ts'
import type { Signal, StudentSignals } from './review-signals.ts'

/** A student of the queue. */
export interface Candidate {
  readonly sceneId: number
  readonly student: StudentSignals
  readonly signals: readonly Signal[]
  readonly priority: number
  /** −1 without a prediction. Of a suspect label it is what others of the photo would make it. */
  readonly predicted: number
  readonly confidence: number
}

export interface SceneOfSignals {
  readonly sceneId: number
  readonly students: readonly StudentSignals[]
}

/** A label that a model finds likelier than this is no surprise. */
const mostForSuspect = 0.2
/** The share of detected boxes whose scores are lowest: about as many are no student. */
const doubtfulShare = 0.1
/** What nobody confirmed but a file says is less urgent than what nobody said anything about. */
const importedFactor = 0.6
/** What a student of the rarest class counts more than one of the commonest. */
const rarityBonus = 0.3
/** Of one photo in a row. */
const mostInARow = 3

/**
 * Everybody with a reason to be looked at, those who need it most first. A student's priority is the strongest of its reasons, raised
 * where the class that it may be has few labels, and lowered where a file gave it a label. A photo's students do not stand more than three
 * in a row while others wait.
 *
 * @param wanted only these reasons count; null takes all
 */
export function* reviewOrder(
  scenes: readonly SceneOfSignals[],
  wanted: ReadonlySet<ReviewReason> | null,
): Steps<Candidate[]> {
  const thresholds = ownConfidences(scenes)
  yield
  const scoreLimit = doubtfulScore(scenes)
  yield
  const rarity = classRarity(scenes)
  yield
  const candidates: Candidate[] = []
  for (const { sceneId, students } of scenes) {
    for (const student of students) {
      const signals = signalsOf(student, thresholds, scoreLimit, wanted)
      if (signals.length === 0) continue
      const priority = priorityOf(student, signals, rarity)
      candidates.push({ sceneId, student, signals, priority, ...shownPrediction(student, signals) })
    }
    yield
  }
  candidates.sort((one, other) => other.priority - one.priority || one.student.studentId - other.student.studentId)
  yield
  return diversified(candidates)
}

/** Strongest first. */
function signalsOf(
  student: StudentSignals,
  thresholds: ReadonlyMap<number, number>,
  limits: ScoreLimits | null,
  wanted: ReadonlySet<ReviewReason> | null,
): readonly Signal[] {
  const [suspect, box] = [labelSuspect(student, thresholds), boxDoubtful(student, limits)]
  // Most have no more than what their own photo says, and that in one reason: nothing is made anew for them.
  let all = student.signals
  if (suspect) all = [...all, suspect]
  if (box) all = [...all, box]
  if (wanted !== null) all = all.filter(({ reason }) => wanted.has(reason))
  return all.length > 1 ? all.toSorted((one, other) => other.strength - one.strength) : all
}

function shownPrediction(
  { doubt, predicted, confidence }: StudentSignals,
  signals: readonly Signal[],
): Pick<Candidate, 'predicted' | 'confidence'> {
  if (!doubt || signals.every(({ reason }) => reason !== 'label-suspect')) return { predicted, confidence }
  return { predicted: doubt.likeliest, confidence: doubt.likeliestProbability }
}

function priorityOf(
  { label, predicted }: StudentSignals,
  signals: readonly Signal[],
  rarity: ReadonlyMap<number, number>,
): number {
  let strongest = 0
  for (const { reason, strength } of signals) {
    strongest = Math.max(strongest, label === null || reason === 'label-suspect' ? strength : importedFactor * strength)
  }
  return strongest * (1 + rarityBonus * (rarity.get(predicted) ?? 1))
}

/**
 * Confident learning (Northcutt, Jiang and Chuang 2021): a label is suspect where the model finds another class at least as likely as it
 * finds that class, on average, for those who carry it.
 */
function labelSuspect({ doubt, label }: StudentSignals, thresholds: ReadonlyMap<number, number>): Signal | null {
  if (!doubt || !label || label.stands || doubt.likeliest === label.classIndex) return null
  const threshold = thresholds.get(doubt.likeliest)
  if (threshold === undefined || doubt.likeliestProbability < threshold) return null
  if (doubt.labelProbability > mostForSuspect) return null
  const strength = 0.5 + 0.5 * (doubt.likeliestProbability - doubt.labelProbability)
  return { reason: 'label-suspect', value: doubt.labelProbability, strength }
}

/** How likely a class is found, on average, for those who carry it. */
function ownConfidences(scenes: readonly SceneOfSignals[]): Map<number, number> {
  const sums = new Map<number, { sum: number; count: number }>()
  for (const { students } of scenes) {
    for (const { doubt, label } of students) {
      if (!doubt || !label) continue
      const known = sums.get(label.classIndex) ?? { sum: 0, count: 0 }
      known.sum += doubt.labelProbability
      known.count += 1
      sums.set(label.classIndex, known)
    }
  }
  return new Map([...sums].map(([classIndex, { sum, count }]) => [classIndex, sum / count]))
}

function boxDoubtful({ score, isOddSize }: StudentSignals, limits: ScoreLimits | null): Signal | null {
  if (score === null || limits === null) return null
  const isLow = score <= limits.low
  if (!isLow && !(isOddSize && score <= limits.middle)) return null
  const strength = 0.4 + (isLow ? 0.2 : 0) + (isOddSize ? 0.2 : 0)
  return { reason: 'box-doubtful', value: score, strength }
}

interface ScoreLimits {
  readonly low: number
  readonly middle: number
}

function doubtfulScore(scenes: readonly SceneOfSignals[]): ScoreLimits | null {
  const found: number[] = []
  for (const { students } of scenes) for (const { score } of students) if (score !== null) found.push(score)
  if (found.length === 0) return null
  const scores = Float64Array.from(found).sort()
  const at = (share: number): number => scores[Math.floor(share * (scores.length - 1))] ?? 0
  return { low: at(doubtfulShare), middle: at(0.5) }
}

/** 1 for a class without labels, 0 for the one with most. */
function classRarity(scenes: readonly SceneOfSignals[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (const { students } of scenes) {
    for (const { label } of students) {
      if (label) counts.set(label.classIndex, (counts.get(label.classIndex) ?? 0) + 1)
    }
  }
  const most = Math.max(1, ...counts.values())
  return new Map([...counts].map(([classIndex, count]) => [classIndex, 1 - count / most]))
}

/** The same order, but whoever would be the fourth of a photo in a row waits until another photo's student has come. */
function diversified(candidates: readonly Candidate[]): Candidate[] {
  const ordered: Candidate[] = []
  let waiting: Candidate[] = []
  let [scene, inARow] = [-1, 0]
  const push = (candidate: Candidate): void => {
    inARow = candidate.sceneId === scene ? inARow + 1 : 1
    scene = candidate.sceneId
    ordered.push(candidate)
  }
  for (const candidate of candidates) {
    if (candidate.sceneId === scene && inARow >= mostInARow) {
      waiting.push(candidate)
      continue
    }
    push(candidate)
    // Those who waited are of one photo: another one has just come in between.
    const released = waiting.slice(0, mostInARow)
    if (released.length > 0 && released[0]!.sceneId !== scene) {
      for (const one of released) push(one)
      waiting = waiting.slice(mostInARow)
    }
  }
  return [...ordered, ...waiting]
}
