import { queryOptions, useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { useState } from 'react'
import { api } from '../api/client'
import { useT } from '../app/i18n'
import { useChange } from '../settings/parts'
import { Button, IconButton } from '../ui/Button'
import { Input } from '../ui/Field'

export const addressesQuery = queryOptions({
  queryKey: ['report-addresses'],
  queryFn: ({ signal }) => api.get<{ addresses: string[] }>('/api/reports/addresses', {}, signal).then((found) => found.addresses),
})

/** Addresses outside the team that may get reports. */
export function Addresses({ mayChange }: { mayChange: boolean }) {
  const t = useT()
  const addresses = useQuery(addressesQuery).data ?? []
  const change = useChange([addressesQuery.queryKey])
  const [next, setNext] = useState('')
  const put = (list: readonly string[]) => change(() => api.put('/api/reports/addresses', { addresses: list }))
  if (!mayChange && addresses.length === 0) return null
  return (
    <section aria-labelledby="report-addresses" className="mt-8 max-w-[560px]">
      <h2 id="report-addresses" className="font-strong">
        {t('reports.outside')}
      </h2>
      <p className="mt-1 text-secondary text-ink-2">{t('reports.outsideText')}</p>
      <ul className="mt-2">
        {addresses.map((address) => (
          <li key={address} className="flex items-center gap-2">
            <span className="min-w-0 grow truncate">{address}</span>
            {mayChange && (
              <IconButton label={t('reports.forbid', { address })} onClick={() => void put(addresses.filter((one) => one !== address))}>
                <X size={15} aria-hidden />
              </IconButton>
            )}
          </li>
        ))}
      </ul>
      {mayChange && (
        <form
          className="mt-2 flex gap-2"
          onSubmit={(event) => {
            event.preventDefault()
            void put([...addresses, next]).then((done) => done && setNext(''))
          }}
        >
          <Input type="email" required aria-label={t('reports.outsideAddress')} placeholder="name@example.com" value={next} onChange={(event) => setNext(event.target.value)} />
          <Button type="submit">{t('reports.allow')}</Button>
        </form>
      )}
    </section>
  )
}
