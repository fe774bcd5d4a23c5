import { BookOpen, CircleCheck, CirclePlay, Clock, FileText, GitBranch, ListChecks, type LucideIcon, MessageSquare, SlidersHorizontal, SquarePen, Star, UserRound, Webhook } from 'lucide-react'
import type { BlockType } from './types'

export const BLOCK_ICONS: Record<BlockType, LucideIcon> = {
  start: CirclePlay, message: MessageSquare, buttons: ListChecks, ask: SquarePen, condition: GitBranch, answer: BookOpen, article: FileText, webhook: Webhook,
  set: SlidersHorizontal, wait: Clock, hand_over: UserRound, resolve: CircleCheck, survey: Star,
}
