import { CSPProvider } from '@base-ui/react/csp-provider'
import { Tooltip } from '@base-ui/react/tooltip'
import { type QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect } from 'react'
import type { Language } from '../../shared/i18n'
import { setCsrfToken, whenSignedOut } from '../api/client'
import { keys, meQuery, setupQuery } from '../api/queries'
import { SignIn } from '../setup/SignIn'
import type { Strings } from '../strings/en'
import { ErrorNote, Skeleton } from '../ui/Notice'
import { Toasts } from '../ui/toasts'
import { LanguageProvider, useT } from './i18n'
import { MeProvider } from './me'
import { useProblemText } from './problems'
import { useRoute } from './router'
import { Workspace } from './Workspace'

const Setup = lazy(() => import('../setup/Setup'))

export function App(props: { client: QueryClient; initial: { language: Language; strings: Strings } }) {
  return (
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={props.client}>
        <LanguageProvider initial={props.initial}>
          <Tooltip.Provider delay={500} closeDelay={0}>
            <Gate client={props.client} />
            <Toasts />
          </Tooltip.Provider>
        </LanguageProvider>
      </QueryClientProvider>
    </CSPProvider>
  )
}

/** Who is there: nobody yet (setup), somebody unknown (sign-in) or a person of the team. */
function Gate({ client }: { client: QueryClient }) {
  const t = useT()
  const say = useProblemText()
  const route = useRoute()
  const me = useQuery(meQuery)
  const setup = useQuery({ ...setupQuery, enabled: me.data === null })

  useEffect(() => {
    whenSignedOut(() => client.setQueryData(keys.me, null))
  }, [client])
  if (me.data) setCsrfToken(me.data.csrf_token)

  const error = me.error ?? setup.error
  if (error) {
    return (
      <main className="mx-auto mt-[20vh] max-w-[480px] p-4">
        <ErrorNote {...say(error)} title={t('error.noServer')} onRetry={() => void (me.error ? me.refetch() : setup.refetch())} />
      </main>
    )
  }
  if (me.data === undefined || (me.data === null && !setup.data)) return <Skeleton rows={3} />
  const isSettingUp = setup.data?.needed || (route.page === 'setup' && me.data)
  if (isSettingUp) {
    return (
      <Suspense fallback={<Skeleton rows={3} />}>
        <Setup me={me.data} />
      </Suspense>
    )
  }
  if (me.data === null) return <SignIn />
  return (
    <MeProvider me={me.data}>
      <Workspace client={client} />
    </MeProvider>
  )
}
