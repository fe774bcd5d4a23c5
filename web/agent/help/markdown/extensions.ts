/** What an article can hold: one list for the editor and for reading Markdown. */
import { type AnyExtension, Extension } from '@tiptap/core'
import { Image } from '@tiptap/extension-image'
import { TableCell, TableHeader, TableKit } from '@tiptap/extension-table'
import { StarterKit } from '@tiptap/starter-kit'
import { Callout, RawBlock, RawInline, Video } from './nodes'
import { READERS } from './readers'

/** What Markdown says of lists beside their items: `loose` has room between them, `checked` is the box of a task. */
const ListFacts = Extension.create({
  name: 'listFacts',
  addGlobalAttributes: () => [
    { types: ['bulletList', 'orderedList'], attributes: { loose: { default: false, rendered: false } } },
    {
      types: ['listItem'],
      attributes: { checked: { default: null, parseHTML: () => null, renderHTML: ({ checked }) => (checked === null ? {} : { 'data-checked': String(checked) }) } },
    },
  ],
})

/** Links lead to the web, to a mail address, to a place on the page, or by `article:<id>` to another article. */
export function isLinkAllowed(href: string): boolean {
  return /^(?:https?:|mailto:|tel:|article:|\/(?!\/)|#|[^:/?#]*(?:[/?#]|$))/i.test(href.trim())
}

export const EXTENSIONS: readonly AnyExtension[] = [
  StarterKit.configure({
    underline: false,
    link: { openOnClick: false, autolink: true, defaultProtocol: 'https', protocols: ['article'], isAllowedUri: (href) => isLinkAllowed(href) },
  }),
  Image.configure({ inline: true }),
  TableKit.configure({ table: { resizable: false }, tableCell: false, tableHeader: false }),
  TableCell.extend({ content: 'paragraph' }),
  TableHeader.extend({ content: 'paragraph' }),
  Callout,
  Video,
  RawBlock,
  RawInline,
  ListFacts,
  ...READERS,
]
