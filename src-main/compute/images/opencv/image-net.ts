/** What torchvision's ImageNet networks subtract from and divide red, green and blue by, on a scale of 0 to 1. */
const mean = [0.485, 0.456, 0.406] as const
const deviation = [0.229, 0.224, 0.225] as const

/** A channel's value, 0 to 255, as those networks want it. */
export const normalised = (value: number, channel: 0 | 1 | 2): number =>
  (value / 255 - mean[channel]) / deviation[channel]
