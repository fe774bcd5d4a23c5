/** What a clipboard brings from Word, Google Docs or a web page, as an article can hold it. */

const NOT_WORDS = /<(style|script|title|xml)\b[\s\S]*?<\/\1>|<!--[\s\S]*?-->|<[^>]*>|&nbsp;|\s/gi
const MARKER = /^\(?(?:\d{1,3}|[a-z]{1,4})[.)]/i

/** Does it hold words? Then a picture beside it, as Word and Excel put one there, is only another form of them. */
export function hasWords(html: string): boolean {
  return html.replace(NOT_WORDS, '') !== ''
}

/** The same words, lists as lists, headings below the article's own, links to where they lead; no picture nobody else can see. */
export function cleanPaste(html: string): string {
  const page = new DOMParser().parseFromString(html, 'text/html')
  for (const marker of page.querySelectorAll('[style*="mso-list:Ignore" i], [style*="mso-list: Ignore" i]')) {
    // What stands in it decides what kind of list it was.
    marker.closest('p, li, div')?.setAttribute('data-marker', marker.textContent?.trim() ?? '')
    marker.remove()
  }
  for (const one of page.querySelectorAll('style, script, meta, link, title, xml, o\\:p, img:not([src^="http"]):not([src^="/"])')) {
    if (one.localName === 'o:p') one.replaceWith(...one.childNodes)
    else one.remove()
  }
  wordLists(page)
  if (page.querySelector('h1')) {
    for (const level of [5, 4, 3, 2, 1]) for (const heading of page.querySelectorAll(`h${level}`)) rename(page, heading, `h${level + 1}`)
  }
  for (const link of page.querySelectorAll<HTMLAnchorElement>('a[href^="https://www.google.com/url?"]')) {
    const to = new URL(link.getAttribute('href')!).searchParams.get('q')
    if (to) link.setAttribute('href', to)
  }
  plainSpaces(page.body)
  return page.body.innerHTML
}

/** Word writes lists as paragraphs that only look like them: "mso-list:l0 level2 lfo1". */
function wordLists(page: Document): void {
  let open: Element[] = []
  let last: Element | null = null
  for (const one of page.querySelectorAll('[style*="mso-list:"]')) {
    const level = Number(/level(\d)/.exec(one.getAttribute('style') ?? '')?.[1] ?? 1)
    const marker = one.getAttribute('data-marker') ?? ''
    const follows = last !== null && one.previousElementSibling === last
    if (!follows) open = []
    while (open.length > level) open.pop()
    while (open.length < level) {
      const list = page.createElement(MARKER.test(marker) ? 'ol' : 'ul')
      const within = open.at(-1)
      if (within) (within.lastElementChild ?? within.appendChild(page.createElement('li'))).append(list)
      else one.before(list)
      open.push(list)
    }
    const item = page.createElement('li')
    const text = page.createElement('p')
    text.append(...one.childNodes)
    item.append(text)
    open.at(-1)!.append(item)
    one.remove()
    last = open[0]! // behind which the next paragraph of the same list stands now
  }
}

function rename(page: Document, old: Element, name: string): void {
  const fresh = page.createElement(name)
  fresh.append(...old.childNodes)
  old.replaceWith(fresh)
}

/** Spaces that must not break are there because somebody typed two, not because they mean it. */
function plainSpaces(node: Node): void {
  for (const child of node.childNodes) {
    if (child.nodeType === 3) child.textContent = child.textContent!.replace(/\u00a0/g, ' ')
    else if (!['PRE', 'CODE'].includes(child.nodeName)) plainSpaces(child)
  }
}
