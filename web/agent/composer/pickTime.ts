import { CalendarClock } from 'lucide-react'
import type { Language } from '../../shared/i18n'
import { dayAndTime } from '../../shared/time'
import { choices, parseWhen } from '../../shared/when'
import type { Translate } from '../app/i18n'
import { openPicker, type Option } from '../commands/picker'

/** Asks for a time: the usual choices, or one in words. */
export function pickTime({ t, language, title, onPick }: { t: Translate; language: Language; title: string; onPick: (at: Date) => void }): void {
  const option = (at: Date, label: string): Option => ({
    id: label + at.getTime(),
    label,
    hint: dayAndTime(at.getTime(), Date.now(), language),
    icon: CalendarClock,
    run: () => onPick(at),
  })
  openPicker(() => ({
    title,
    placeholder: t('snooze.placeholder'),
    options: choices(new Date()).map(({ choice, at }) => option(at, t(`when.${choice}`))),
    fromText: (text) => {
      const at = parseWhen(text, new Date())
      return at ? [option(at, t('snooze.until'))] : []
    },
  }))
}
