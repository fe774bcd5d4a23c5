/** The signs collections may have: word the API keeps -> how it is drawn. The workspace and the public pages draw the same. */
import {
  BookOpen, Box, Calendar, ChartColumn, CircleHelp, Code, CreditCard, Folder, Gift, Globe, Heart, Key, Mail, MapPin, MessageCircle, Package, Phone, Plug, Receipt, Rocket, Settings, Shield, ShoppingCart, Smartphone, Truck, User, Users, Wrench, Zap,
} from 'lucide-react'
import type { LucideIcon } from 'lucide-react'

export const ICONS: Record<string, LucideIcon> = {
  book: BookOpen, rocket: Rocket, user: User, users: Users, card: CreditCard, receipt: Receipt, cart: ShoppingCart, box: Box, package: Package, truck: Truck, gift: Gift, settings: Settings, wrench: Wrench, plug: Plug, code: Code, key: Key,
  shield: Shield, mail: Mail, phone: Phone, mobile: Smartphone, chat: MessageCircle, calendar: Calendar, chart: ChartColumn, globe: Globe, place: MapPin, bolt: Zap, heart: Heart, question: CircleHelp,
}

/** Of a collection nobody has chosen one for, kept under the empty word. */
export const NO_ICON = Folder
