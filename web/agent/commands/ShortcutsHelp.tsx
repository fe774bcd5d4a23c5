import { useState } from 'react'
import { type Key, useT } from '../app/i18n'
import { Dialog } from '../ui/Dialog'
import { Keys } from '../ui/Tip'
import { type Command, type CommandGroup, COMMANDS } from './catalogue'
import { useCommands } from './registry'

const GROUPS: readonly CommandGroup[] = ['list', 'conversation', 'compose', 'go', 'look']

/** Every key there is, straight from the command table. */
export function ShortcutsHelp() {
  const t = useT()
  const [open, setOpen] = useState(false)
  useCommands({ 'look.shortcuts': () => setOpen(true) })
  const withKeys = Object.values(COMMANDS as Record<string, Command>).filter((command) => command.keys)
  return (
    <Dialog open={open} onClose={() => setOpen(false)} title={t('command.shortcuts')} wide>
      <div className="gap-8 overflow-y-auto px-6 pb-6 min-[720px]:columns-2">
        {GROUPS.map((group) => (
          <section key={group} className="mb-4 break-inside-avoid">
            <h3 className="mb-1 text-secondary text-ink-3">{t(`group.${group}` as Key)}</h3>
            <dl>
              {withKeys
                .filter((command) => command.group === group)
                .map((command) => (
                  <div key={command.label} className="flex min-h-7 items-center justify-between gap-4">
                    <dt>{t(command.label)}</dt>
                    <dd>
                      <Keys keys={command.keys![0]!} />
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
