import type { BehaviourClass } from '#shared/domain/behaviour-class.ts'
import { readableInk } from '#shared/domain/readable-ink.ts'

/** Ten shades of one blue for the confusion matrix: no style attribute is needed, so a strict policy can show the report. */
const shades = Array.from({ length: 11 }, (_, step) => {
  const share = step / 10
  const ink = share > 0.55 ? '#fff' : '#1c2430'
  const mix = (from: number, to: number) => Math.round(from + (to - from) * share)
  return `.s${step}{background:rgb(${mix(246, 31)},${mix(248, 90)},${mix(252, 184)});color:${ink}}`
}).join('')

const base = `
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0;background:#f3f5f8;color:#1c2430;font:14px/1.5 system-ui,"Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif}
main{max-width:1040px;margin:0 auto;padding:40px 32px;background:#fff}
h1{font-size:28px;margin:0 0 4px}h2{font-size:18px;margin:36px 0 10px}h3{font-size:16px;margin:0}
p{margin:6px 0}.quiet{color:#5b6675;font-size:13px}.note{border-left:3px solid #c9a227;padding:6px 12px;background:#fdf8e7}
dl.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(280px,1fr));gap:12px;margin:16px 0}
dl.figures div{border:1px solid #dde3ea;border-radius:8px;padding:12px 14px}
dt{font-size:12px;color:#5b6675}dd{margin:2px 0 0;font-size:24px;font-weight:600;font-variant-numeric:tabular-nums}
dd small{display:block;font-size:12px;font-weight:400;color:#5b6675}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:5px 10px;text-align:right;border-bottom:1px solid #e6eaf0}
th:first-child,td:first-child{text-align:left}thead th{font-size:12px;color:#5b6675;border-bottom-color:#c4ccd6;vertical-align:bottom}
table.confusion td,table.confusion thead th{text-align:center}table.confusion td{min-width:44px;border:1px solid #fff}table.confusion{width:auto}
table.students td,table.students th{text-align:left;padding:3px 8px}table.students{font-size:12.5px}table.students td:nth-child(2){white-space:nowrap;color:#5b6675}
.columns{columns:2;column-gap:28px}
.class{display:inline-flex;align-items:center;gap:6px;white-space:nowrap}
b.chip{display:inline-block;min-width:18px;border-radius:4px;text-align:center;font-size:11px;line-height:18px}
.wrong{color:#b3261e;font-weight:600}
section.scene{margin-top:40px;padding-top:20px;border-top:2px solid #1c2430;break-before:page}
section.scene header{display:flex;justify-content:space-between;align-items:baseline;gap:16px;flex-wrap:wrap}
section.scene img{display:block;width:100%;height:auto;border-radius:6px;margin:12px 0}
tr.few td{color:#5b6675}
svg{vertical-align:middle}
@media print{body{background:#fff}main{max-width:none;padding:0}section.scene:first-of-type{break-before:page}table.students tr{break-inside:avoid}}
@media (max-width:720px){.columns{columns:1}main{padding:20px 14px}}
`

/** The report's one style sheet, with a colour for every class. */
export const reportStyle = (classes: readonly BehaviourClass[]): string =>
  base +
  shades +
  classes.map(({ index, colour }) => `.c${index}{background:${colour};color:${readableInk(colour)}}`).join('')
