import {
  BookOpen, Box, Calendar, ChartColumn, CircleHelp, Code, CreditCard, Folder, Gift, Globe, Heart, Key, Mail, MapPin, MessageCircle, Package, Phone, Plug, Rocket, Settings, Shield, ShoppingCart, Smartphone, Truck, User, Users, Wrench, Zap,
} from 'lucide-react'
import type { LucideIcon } from 'lucide-react'

const ICONS: Record<string, LucideIcon> = {
  book: BookOpen, rocket: Rocket, user: User, users: Users, card: CreditCard, cart: ShoppingCart, box: Box, package: Package, truck: Truck, gift: Gift, settings: Settings, wrench: Wrench, plug: Plug, code: Code, key: Key,
  shield: Shield, mail: Mail, phone: Phone, mobile: Smartphone, chat: MessageCircle, calendar: Calendar, chart: ChartColumn, globe: Globe, place: MapPin, bolt: Zap, heart: Heart, question: CircleHelp,
}

/** Words the API keeps; the public page draws the same signs. */
export const ICON_NAMES = ['', ...Object.keys(ICONS)]

export function ShelfIcon({ name, size = 16 }: { name: string; size?: number }) {
  const Icon = ICONS[name] ?? Folder
  return <Icon size={size} className="shrink-0 text-ink-3" aria-hidden />
}
