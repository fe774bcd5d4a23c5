/** A person's picture, or the first letter of their name. */
export function Face({ name, picture }: { name: string; picture: string | null }) {
  if (picture) return <img class="face" src={picture} alt="" />
  return (
    <span class="face" aria-hidden="true">
      {[...name][0]?.toLocaleUpperCase() ?? ''}
    </span>
  )
}
