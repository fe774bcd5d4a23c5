/** Twice the size at which the public pages show it. */
const SIDE = 96

/** The part of a picture's file a square shows: the middle, cut at its shorter side. */
export function square(width: number, height: number): { x: number; y: number; side: number } {
  const side = Math.min(width, height)
  return { x: (width - side) / 2, y: (height - side) / 2, side }
}

/** A picture as a small square, a few kB: every reader of the first page loads it. */
export async function asSign(file: File): Promise<Blob> {
  const picture = await createImageBitmap(file)
  const { x, y, side } = square(picture.width, picture.height)
  const canvas = new OffscreenCanvas(SIDE, SIDE)
  const context = canvas.getContext('2d')!
  context.imageSmoothingQuality = 'high'
  context.drawImage(picture, x, y, side, side, 0, 0, SIDE, SIDE)
  return canvas.convertToBlob({ type: 'image/webp', quality: 0.9 })
}
