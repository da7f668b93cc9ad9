import type { YoloCard, YoloDescription } from '../detection/yolo-card.ts'
import { yoloxCardOf, type YoloxDescription } from '../detection/yolox-card.ts'
import type { SessionPool } from '../sessions/session-pool.ts'
import { describeYolo } from './yolo-detector.ts'
import { describeYolox } from './yolox-detector.ts'

/** What a user's detector is. Throws as `describeYolo` and `describeYolox` do. */
export const describeDetector = (
  sessions: SessionPool,
  { file, card }: { readonly file: string; readonly card: YoloCard },
): Promise<YoloxDescription | YoloDescription> =>
  file.toLowerCase().endsWith('.onnx')
    ? describeYolo(sessions, { file, card })
    : describeYolox({ file, card: yoloxCardOf(card) })
