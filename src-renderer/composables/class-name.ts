import { rafnetClasses, type BehaviourClass } from '#shared/domain/behaviour-class.ts'
import { i18n } from '../i18n.ts'

/**
 * What a class is called on screen: RAFNet's own names in the language of the page, names that somebody chose as they are. Data keep
 * the stored name, and so does whatever is sent to the workbench.
 */
export function className(stored: string): string {
  const known = rafnetClasses.find((one) => one.name === stored)
  return known ? i18n.global.t(`classNames.${known.index}`) : stored
}

export const withShownName = <Class extends BehaviourClass>(one: Class): Class => ({
  ...one,
  name: className(one.name),
})
