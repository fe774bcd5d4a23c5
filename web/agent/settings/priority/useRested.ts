import { useEffect, useState } from 'react'

const REST_MS = 250

/** The value once it has stood still for a moment: what is asked of the server while somebody types. */
export function useRested(value: string): string {
  const [rested, setRested] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), REST_MS)
    return () => clearTimeout(timer)
  }, [value])
  return rested
}
