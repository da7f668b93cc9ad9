import type { Operators } from '#main/onnx/operators/operators.ts'
import type { TapeValue } from '../tape/tape.ts'
import type { Tape } from '../tape/tape.ts'
import { maximumOfRow } from '../tape/reductions.ts'

/**
 * Supervised contrastive loss on the logits (rafnet training.md): rows normalised, S = z zᵀ / τ; per row that has another of its
 * class, −mean over those of [S_ip − ln(Σ_{a≠i} e^{S_ia − max_a S_ia} + 1e-8)], and the mean over such rows, 0 where none has one.
 * RAFNet does not add the row's maximum (which is S_ii = 1/τ up to rounding) back: the value is the usual loss minus 1/τ.
 *
 * @param logits [n, classes]
 * @param labels [n, 1]
 */
export function contrastiveLoss(
  tape: Tape,
  operators: Operators<TapeValue>,
  logits: TapeValue,
  labels: TapeValue,
  temperature: number,
): TapeValue {
  return operators.scope('contrastive_loss', () => {
    const unit = operators.divide(logits, operators.atLeast(operators.normOfRow(logits), 1e-12))
    const products = operators.matMul(unit, operators.transpose(unit))
    const similarity = operators.divide(products, operators.scalar(Math.max(temperature, 1e-6)))
    const others = operators.not(operators.diagonal(similarity))
    const positives = operators.and(operators.equal(labels, operators.transpose(labels)), others)
    const one = operators.scalar(1)
    const zero = operators.scalar(0)
    // PyTorch differentiates through the maximum as well; at S_ii the cosine of a row with itself does not change, so that is 0.
    const powers = operators.exponential(operators.subtract(similarity, maximumOfRow(tape, similarity)))
    const total = operators.sumOfRow(operators.where(others, powers, zero))
    const logarithm = operators.logarithm(operators.add(total, operators.scalar(1e-8)))
    const logShare = operators.where(positives, operators.subtract(similarity, logarithm), zero)
    const count = operators.sumOfRow(operators.where(positives, one, zero)) // [n, 1]
    const perRow = operators.divide(operators.sumOfRow(logShare), operators.add(count, operators.scalar(1e-8)))
    const hasPositive = operators.where(operators.exceeds(count, 0), one, zero)
    const rows = operators.atLeast(
      operators.multiply(operators.mean(hasPositive), operators.scalar(logits.shape[0]!)),
      1,
    )
    const sum = operators.multiply(operators.mean(perRow), operators.scalar(logits.shape[0]!))
    return operators.negate(operators.divide(sum, rows))
  })
}
