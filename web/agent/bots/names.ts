import type { Key, Translate } from '../app/i18n'
import { say, textOf } from './flow'
import type { Block } from './types'

/** What a block is called in lists: its kind and the beginning of what it says. */
export function blockName(block: Block, t: Translate, language: string): string {
  const text = block.type === 'start' ? startWords(block, t) : say(textOf(block), language)
  const kind = t(`bots.block.${block.type}`)
  return text ? `${kind}: ${text.length > 48 ? `${text.slice(0, 47)}…` : text}` : `${kind} (${block.id})`
}

/** What a way out is called: as its author named it, else by its kind. */
export function portName(block: Block, port: string, label: string, t: Translate): string {
  if (label) return label
  if (port === 'next' && block.type === 'condition') return t('bots.port.otherwise')
  return t((['next', 'failed', 'other', 'accepted', 'unknown', 'written'].includes(port) ? `bots.port.${port}` : 'bots.port.unnamed') as Key)
}

/** The line under a block's head: what it says, else what it does. */
export function summary(block: Block, t: Translate, language: string): string {
  const text = say(textOf(block), language)
  switch (block.type) {
    case 'start':
      return startWords(block, t)
    case 'ask':
      return text ? `${text} → ${block.attribute}` : block.attribute
    case 'answer':
      return text || t(block.words === 'model' ? 'bots.answerModel' : 'bots.answerText')
    case 'article':
      return t('bots.articleNumber', { n: block.article_id })
    case 'webhook':
      return block.url
    case 'set':
      return block.actions.map((action) => t(`bots.set.${action.type}`)).join(', ') || t('bots.setNothing')
    case 'wait':
      return t('bots.waitSeconds', { n: block.seconds })
    case 'condition':
      return t('bots.branches', { n: block.branches.length })
    case 'hand_over':
      return text || t('bots.handOverText')
    case 'resolve':
      return text || t('bots.resolveText')
    default:
      return text || t('bots.empty')
  }
}

function startWords(block: Extract<Block, { type: 'start' }>, t: Translate): string {
  const on = block.on
  const detail = on.type === 'page' ? on.url : on.type === 'event' ? on.name : on.type === 'keyword' ? on.words.join(', ') : on.type === 'no_answer' ? t('bots.waitSeconds', { n: on.after_s }) : ''
  return detail ? `${t(`bots.on.${on.type}`)}: ${detail}` : t(`bots.on.${on.type}`)
}
