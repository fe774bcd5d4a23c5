import type { Message } from '../api/types'
import { useDirectory } from '../app/me'
import { Avatar, type AvatarSize } from '../ui/Avatar'

/** Who wrote a message: a colleague's picture where there is one, else initials. */
export function AuthorAvatar({ message, size }: { message: Message; size: AvatarSize }) {
  const { agent } = useDirectory()
  const { kind, id, name } = message.author
  const colleague = kind === 'agent' ? agent(Number(id)) : undefined
  return <Avatar name={name || message.headers.from?.address || '?'} picture={colleague?.picture_url} size={size} />
}
