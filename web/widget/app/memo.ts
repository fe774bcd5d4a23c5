import { Component, type ComponentChild, type FunctionComponent } from 'preact'

/** A component without hooks that is drawn again only when one of its properties is another one. */
export function memo<P extends object>(draw: (props: P) => ComponentChild): FunctionComponent<P> {
  class Memo extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      return Object.keys(next).some((key) => next[key as keyof P] !== (this.props as P)[key as keyof P])
    }

    override render(): ComponentChild {
      return draw(this.props as P)
    }
  }
  return Memo as unknown as FunctionComponent<P>
}
