import { Eye, PenLine } from 'lucide-react'
import { useT } from '../app/i18n'
import { useViewers } from '../app/live'
import { useDirectory } from '../app/me'
import { Avatar } from '../ui/Avatar'

/**
 * Which colleagues have this conversation open, and who of them writes. Floats over the end of the thread, directly
 * above the composer, so that nothing moves when somebody comes or goes.
 */
export function HereNow({ conversationId }: { conversationId: string }) {
  const t = useT()
  const { agent } = useDirectory()
  const viewers = useViewers(conversationId)
  const name = (id: number) => agent(id)?.name ?? t('author.agent')
  const typing = viewers.filter((viewer) => viewer.typing)
  const looking = viewers.filter((viewer) => !viewer.typing)
  return (
    <div className="relative z-10 h-0" role="status" aria-label={t('here.label')}>
      {viewers.length > 0 && (
        <div className="fade-in absolute inset-x-6 bottom-2 flex gap-2 max-[719px]:inset-x-3">
          {typing.length > 0 && (
            <Group icon={<PenLine size={14} className="shrink-0 text-accent-ink" aria-hidden />} ids={typing.map(({ id }) => id)}>
              {typing.length === 1 ? t('here.writes', { name: name(typing[0]!.id) }) : t('here.writeSeveral', { names: typing.map(({ id }) => name(id)).join(', ') })}
            </Group>
          )}
          {looking.length > 0 && (
            <Group icon={<Eye size={14} className="shrink-0 text-ink-3" aria-hidden />} ids={looking.map(({ id }) => id)} short={typing.length > 0}>
              {looking.length === 1 ? t('here.looks', { name: name(looking[0]!.id) }) : t('here.lookSeveral', { names: looking.map(({ id }) => name(id)).join(', ') })}
            </Group>
          )}
        </div>
      )}
    </div>
  )
}

/** `short`: on a phone the faces say enough, where the other group needs the room. */
function Group(props: { icon: React.ReactNode; ids: number[]; short?: boolean; children: string }) {
  const { agent } = useDirectory()
  return (
    <span className={`inline-flex h-7 min-w-0 items-center gap-1.5 rounded-full bg-float pr-3 pl-2.5 text-secondary text-ink-2 shadow-float ${props.short ? 'max-[719px]:shrink-0' : ''}`}>
      {props.icon}
      <span className="flex shrink-0 -space-x-1.5">
        {props.ids.slice(0, 3).map((id) => (
          <Avatar key={id} name={agent(id)?.name ?? '?'} picture={agent(id)?.picture_url} size={20} />
        ))}
      </span>
      <span className={`truncate ${props.short ? 'max-[719px]:sr-only' : ''}`}>{props.children}</span>
    </span>
  )
}
