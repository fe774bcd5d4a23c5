/** Two soft notes made on the spot. Browsers allow sound only after a gesture; before one nothing is even prepared. */

let context: AudioContext | undefined

export function chime(): void {
  if (!navigator.userActivation?.hasBeenActive) return
  context ??= new AudioContext()
  const start = context.currentTime
  for (const [at, pitch] of [[0, 660], [0.11, 880]] as const) {
    const tone = context.createOscillator()
    const volume = context.createGain()
    tone.frequency.value = pitch
    volume.gain.setValueAtTime(0, start + at)
    volume.gain.linearRampToValueAtTime(0.07, start + at + 0.02)
    volume.gain.exponentialRampToValueAtTime(0.001, start + at + 0.28)
    tone.connect(volume).connect(context.destination)
    tone.start(start + at)
    tone.stop(start + at + 0.3)
  }
}
