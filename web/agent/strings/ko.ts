import { en } from './en'
import type { Strings } from './en'
export const ko: Strings = en
