import type { ReactNode } from 'react'

/** A part of a long form under a heading of its own. */
export function Section(props: { title: string; text?: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-4 border-t border-line pt-5 first:border-0 first:pt-0">
      <header>
        <h2 className="text-thread font-strong">{props.title}</h2>
        {props.text && <p className="max-w-[68ch] text-secondary text-ink-3">{props.text}</p>}
      </header>
      {props.children}
    </section>
  )
}

export function Two({ children }: { children: ReactNode }) {
  return <div className="grid grid-cols-2 gap-4 max-[719px]:grid-cols-1">{children}</div>
}
