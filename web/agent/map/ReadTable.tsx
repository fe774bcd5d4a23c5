import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { components } from '../../shared/api.gen'
import { api } from '../api/client'
import { useT } from '../app/i18n'
import { useProblemText } from '../app/problems'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Field, Input, Select } from '../ui/Field'
import { ErrorNote } from '../ui/Notice'

type Schema = components['schemas']
type Mapping = Schema['Mapping']
const FORMATS = [
  ['iso', '2026-03-31T14:05:00Z'], ['%Y/%m/%d %H:%M:%S', '2026/03/31 14:05:00'], ['%d.%m.%Y %H:%M:%S', '31.03.2026 14:05:00'], ['%d.%m.%Y %H:%M', '31.03.2026 14:05'],
  ['%d/%m/%Y %H:%M:%S', '31/03/2026 14:05:00'], ['%d/%m/%Y %H:%M', '31/03/2026 14:05'], ['%m/%d/%Y %H:%M:%S', '03/31/2026 14:05:00'], ['%m/%d/%Y %H:%M', '03/31/2026 14:05'],
  ['%m/%d/%Y %I:%M:%S %p', '03/31/2026 02:05:00 PM'], ['unix', '1774965900'], ['unix_ms', '1774965900000'],
] as const
const PARTS = ['case', 'activity', 'time', 'start', 'resource'] as const

/** Which column of a table is what: a guess, the first rows beside it, and one button. */
export function ReadTable({ log, onClose }: { log: Schema['EventLog']; onClose: () => void }) {
  const t = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const preview = log.preview
  const columns = preview?.columns ?? []
  const [mapping, setMapping] = useState<Mapping>(
    preview?.mapping ?? { case: 0, activity: 1, time: 2, start: null, resource: null, delimiter: (preview?.delimiter ?? ',') as Mapping['delimiter'], encoding: (preview?.encoding ?? 'utf-8-sig') as Mapping['encoding'], has_header: true, time_format: 'iso', time_zone: 'UTC' },
  )
  const read = useMutation({
    mutationFn: () => api.post(`/api/event-logs/${log.id}/read`, mapping),
    onSuccess: () => {
      onClose()
      return client.invalidateQueries({ queryKey: ['/api/event-logs'] })
    },
  })
  const set = (changes: Partial<Mapping>) => setMapping((old) => ({ ...old, ...changes }))
  const known = FORMATS.some(([name]) => name === mapping.time_format)
  return (
    <Dialog open onClose={onClose} title={t('logs.columns')} wide>
      <form
        className="flex min-h-0 flex-col gap-4 overflow-y-auto px-6 pb-5"
        onSubmit={(event) => {
          event.preventDefault()
          read.mutate()
        }}
      >
        <p className="text-ink-3">{t('logs.columnsText')}</p>
        <div className="grid grid-cols-3 gap-3 max-[719px]:grid-cols-1">
          {PARTS.map((part) => (
            <Field key={part} label={t(`logs.${part}`)}>
              {(control) => (
                <Select {...control} value={mapping[part] ?? ''} onChange={(event) => set({ [part]: event.target.value === '' ? null : Number(event.target.value) })}>
                  {(part === 'start' || part === 'resource') && <option value="">{t('logs.noColumn')}</option>}
                  {columns.map((name, place) => (
                    <option key={place} value={place}>
                      {name}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          ))}
          <Field label={t('logs.format')}>
            {(control) => (
              <Select {...control} value={mapping.time_format} onChange={(event) => set({ time_format: event.target.value })}>
                {!known && <option value={mapping.time_format}>{mapping.time_format}</option>}
                {FORMATS.map(([name, example]) => (
                  <option key={name} value={name}>
                    {example}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label={t('logs.zone')}>{(control) => <Input {...control} value={mapping.time_zone} onChange={(event) => set({ time_zone: event.target.value })} />}</Field>
        </div>
        {preview && (
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
          <div tabIndex={0} role="region" aria-label={log.name} className="min-h-28 overflow-auto rounded-control border border-line">
            <table className="tabular w-full text-secondary">
              <thead className="bg-panel">
                <tr>
                  {columns.map((name, place) => (
                    <th key={place} scope="col" className="px-2 py-1 text-left font-medium whitespace-nowrap">
                      {name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {preview.rows.slice(0, 8).map((row, line) => (
                  <tr key={line} className="border-t border-line">
                    {columns.map((_, place) => (
                      <td key={place} className="max-w-48 truncate px-2 py-1 text-ink-2">
                        {row[place] ?? ''}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {read.error && <ErrorNote {...say(read.error)} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="submit" variant="primary" busy={read.isPending}>
            {t('logs.read')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
