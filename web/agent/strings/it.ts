import { en } from './en'
import type { Strings } from './en'
export const it: Strings = en
