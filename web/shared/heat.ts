/** Heat says how long somebody has waited against what was promised. It is never used for anything else. */

export type Heat = 0 | 1 | 2 | 3 | 4 | 5

/** @param waited seconds on the clock in question @param expected seconds within which an answer is expected */
export function heat(waited: number, expected: number): Heat {
  const share = waited / Math.max(expected, 1)
  if (share < 0.25) return 0
  if (share < 0.5) return 1
  if (share < 0.75) return 2
  if (share < 1) return 3
  if (share < 2) return 4
  return 5
}
