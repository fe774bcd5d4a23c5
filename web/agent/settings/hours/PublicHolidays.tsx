import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { components } from '../../../shared/api.gen'
import { locale } from '../../../shared/time'
import { api } from '../../api/client'
import type { Plan } from '../../api/types'
import { useLanguage, useT } from '../../app/i18n'
import { useProblemText } from '../../app/problems'
import { Button } from '../../ui/Button'
import { Select } from '../../ui/Field'
import { ErrorNote } from '../../ui/Notice'

type Country = components['schemas']['Country']
export type Holiday = Plan['holidays'][number]

/** Country and region, and a button that adds their days off to the list of the form. */
export function PublicHolidays({ onAdd }: { onAdd: (days: Holiday[]) => void }) {
  const t = useT()
  const say = useProblemText()
  const language = useLanguage()
  const [country, setCountry] = useState('')
  const [region, setRegion] = useState('')
  const [problem, setProblem] = useState<unknown>(null)
  const [isBusy, setIsBusy] = useState(false)
  const countries = useQuery({
    queryKey: ['holidays', 'countries'],
    queryFn: async ({ signal }) => (await api.get<{ items: Country[] }>('/api/holidays/countries', {}, signal)).items,
    staleTime: Infinity,
  })
  const named = useMemo(() => {
    const names = new Intl.DisplayNames(locale(language), { type: 'region', fallback: 'code' })
    return (countries.data ?? []).map((one) => ({ ...one, name: names.of(one.code) ?? one.code })).toSorted((a, b) => a.name.localeCompare(b.name, locale(language)))
  }, [countries.data, language])
  const regions = named.find((one) => one.code === country)?.regions ?? []
  const add = async () => {
    setIsBusy(true)
    setProblem(null)
    try {
      onAdd((await api.get<{ items: Holiday[] }>('/api/holidays', { country, region: region || undefined, language })).items)
    } catch (error) {
      setProblem(error)
    } finally {
      setIsBusy(false)
    }
  }
  return (
    <fieldset>
      <legend className="mb-1 text-secondary text-ink-3">{t('hours.public')}</legend>
      <div className="flex flex-wrap gap-2">
        <Select aria-label={t('hours.country')} value={country} onChange={(event) => { setCountry(event.target.value); setRegion('') }} className="w-56! max-[719px]:w-full!">
          <option value="">{t('hours.country')}</option>
          {named.map((one) => (
            <option key={one.code} value={one.code}>
              {one.name}
            </option>
          ))}
        </Select>
        {regions.length > 0 && (
          <Select aria-label={t('hours.region')} value={region} onChange={(event) => setRegion(event.target.value)} className="w-40! max-[719px]:w-full!">
            <option value="">{t('hours.wholeCountry')}</option>
            {regions.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </Select>
        )}
        <Button disabled={country === '' || isBusy} onClick={() => void add()}>
          {t('hours.addPublic')}
        </Button>
      </div>
      {problem !== null && <ErrorNote {...say(problem)} className="mt-2" />}
    </fieldset>
  )
}
