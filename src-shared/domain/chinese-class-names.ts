/** RAFNet's class names as the Chinese interface and reports say them; `Null` stays. Names that somebody chose have no translation. */
export const chineseClassNames: Readonly<Record<string, string>> = {
  'Bowing Head': '低头',
  Listening: '听讲',
  'Reading/Writing': '读写',
  'Using Phone': '使用手机',
}
