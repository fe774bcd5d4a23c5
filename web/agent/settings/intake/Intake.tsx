import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { Download, Inbox, RotateCcw } from 'lucide-react'
import { useState } from 'react'
import { absolute, moment } from '../../../shared/time'
import { api } from '../../api/client'
import type { IntakeItem, Page } from '../../api/types'
import { type Key, useLanguage, useT } from '../../app/i18n'
import { useMay } from '../../app/me'
import { href } from '../../app/router'
import { useNow } from '../../app/useNow'
import { fileSize } from '../../thread/Attachments'
import { Button } from '../../ui/Button'
import { Chip } from '../../ui/Chip'
import { Select } from '../../ui/Field'
import { Empty } from '../../ui/Notice'
import { mailboxesQuery } from '../mailboxes/queries'
import { CardList, Loaded, PageHead, useChange } from '../parts'
import { FATES, fateTone } from './fates'

/** The ledger: everything that came in, and what became of it. */
export default function Intake() {
  const t = useT()
  const client = useQueryClient()
  const [fate, setFate] = useState('')
  const [account, setAccount] = useState('')
  const mailboxes = useQuery({ ...mailboxesQuery, enabled: useMay('mailboxes.read') }).data ?? []
  const query = useInfiniteQuery({
    queryKey: ['/api/intake', fate, account],
    queryFn: ({ pageParam, signal }) => api.get<Page<IntakeItem>>('/api/intake', { fate, account, cursor: pageParam, limit: 50 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })
  const items = query.data?.pages.flatMap((page) => page.items)
  return (
    <>
      <PageHead title={t('settings.intake')} text={t('intake.text')} />
      <div className="mb-4 flex flex-wrap gap-2">
        <Select aria-label={t('intake.fate')} value={fate} onChange={(event) => setFate(event.target.value)} className="w-auto!">
          <option value="">{t('intake.allFates')}</option>
          <option value="attention">{t('intake.attention')}</option>
          {FATES.map((one) => (
            <option key={one} value={one}>
              {t(`fate.${one}`)}
            </option>
          ))}
        </Select>
        <Select aria-label={t('filter.mailbox')} value={account} onChange={(event) => setAccount(event.target.value)} className="w-auto!">
          <option value="">{t('report.allMailboxes')}</option>
          {mailboxes.map((mailbox) => (
            <option key={mailbox.id} value={mailbox.id}>
              {mailbox.name}
            </option>
          ))}
        </Select>
        <span className="grow" />
        <Button onClick={() => void client.invalidateQueries({ queryKey: ['/api/intake'] })}>
          <RotateCcw size={14} aria-hidden />
          {t('action.refresh')}
        </Button>
      </div>
      <Loaded query={{ ...query, data: items }} empty={<Empty icon={Inbox} title={t('intake.empty')} text={t('intake.emptyText')} />}>
        {(rows) => (
          <CardList label={t('settings.intake')}>
            {rows.map((item) => (
              <ItemRow key={item.id} item={item} />
            ))}
          </CardList>
        )}
      </Loaded>
      {query.hasNextPage && (
        <Button className="mt-4" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('action.more')}
        </Button>
      )}
    </>
  )
}

function ItemRow({ item }: { item: IntakeItem }) {
  const t = useT()
  const language = useLanguage()
  const now = useNow()
  const change = useChange([['/api/intake']])
  const act = (verb: string, body: unknown, done: Key) => void change(() => api.post(`/api/intake/${item.id}/${verb}`, body), t(done))
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2">
      <Chip tone={fateTone(item.fate)}>{t(`fate.${item.fate}` as Key)}</Chip>
      <span className="min-w-0 grow truncate">
        <span className="font-medium">{item.envelope.mail_from || t(item.source === 'messenger' ? 'channel.messenger' : 'contact.unknown')}</span>
        {item.envelope.rcpt_to && <span className="text-ink-2"> → {item.envelope.rcpt_to.join(', ')}</span>}
      </span>
      <time className="tabular text-secondary text-ink-3" dateTime={item.received_at} title={absolute(item.received_at, language)}>
        {moment(item.received_at, now, language)}
      </time>
      <div className="flex w-full flex-wrap items-center gap-2 text-secondary text-ink-3">
        <span className="min-w-0 grow">
          {item.reason}
          {item.conversation_id && (
            <a className="ml-1 underline" href={href({ page: 'inbox', conversation: item.conversation_id })}>
              {t('intake.open')}
            </a>
          )}
        </span>
        <span className="tabular">{fileSize(item.size, language)}</span>
        {item.can.includes('raw') && (
          <a
            href={`/api/intake/${item.id}/raw`}
            download
            className="target inline-flex items-center gap-1.5 rounded-control px-2 font-medium text-ink-2 no-underline hover:bg-hover"
          >
            <Download size={14} aria-hidden />
            {t('intake.raw')}
          </a>
        )}
        {item.can.includes('accept') && (
          <>
            {item.conversation_id && (
              <Button onClick={() => act('accept-held', { conversation_id: item.conversation_id }, 'intake.accepted')}>{t('intake.accept')}</Button>
            )}
            <Button onClick={() => act('accept-held', { conversation_id: 'new' }, 'intake.accepted')}>{t('intake.acceptNew')}</Button>
          </>
        )}
        {item.can.includes('spam') && <Button onClick={() => act('spam', {}, 'intake.spammed')}>{t('intake.spam')}</Button>}
        {item.can.includes('replay') && <Button onClick={() => act('replay', {}, 'intake.replayed')}>{t('intake.replay')}</Button>}
      </div>
    </li>
  )
}
