import type { Message } from '../../shared/i18n'

/** Words for chats, refused replies and the reply lock. */
export const enComposer = {
  'compose.answerIn': 'Answer in',
  'compose.inChat': 'Messenger',
  'compose.byMail': 'Mail to {address}',
  'compose.chat': 'Chat message',
  'compose.chatPlaceholder': 'Write to the customer; Enter sends, Shift+Enter begins a line',
  'compose.emoji': 'Emoji',
  'compose.unseenText': 'Your reply was not sent, and nothing of it is lost.',
  'compose.unseenEdit': 'Edit my reply',
  'compose.unseenSend': 'Send anyway',
  'compose.unseenDiscard': 'Discard my reply',
  'lock.assignee': 'Only the assignee answers here: {name}.',
  'lock.nobody': 'Only the assignee answers here, and nobody is assigned yet.',
  'lock.takeOver': 'Take over',
} as const satisfies Record<string, Message>
