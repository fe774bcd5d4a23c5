/** A person's picture, or their initials: never the face of somebody else. */
export function Face({ name, picture }: { name: string; picture: string | null }) {
  if (picture) return <img class="face" src={picture} alt="" />
  return (
    <span class="face" aria-hidden="true">
      {initials(name)}
    </span>
  )
}

/** Two letters of a name in several words; one of any other, a Korean name among them. */
function initials(name: string): string {
  const words = name.trim().split(/\s+/)
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words
  return letters.map((word) => [...(word ?? '')][0] ?? '').join('').toLocaleUpperCase()
}
