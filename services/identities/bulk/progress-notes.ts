const BETWEEN_NOTES_MS = 500

/** Writes down how far work is, now and then: work goes on meanwhile. */
export class ProgressNotes {
  private last = 0
  private stage = ''
  private writing: Promise<unknown> = Promise.resolve()

  constructor(private readonly write: (stage: string, share: number) => Promise<unknown>) {}

  take(stage: string, share: number): void {
    const now = performance.now()
    if (stage === this.stage && now - this.last < BETWEEN_NOTES_MS) return
    this.stage = stage
    this.last = now
    this.writing = this.writing.then(() => this.write(stage, share)).catch(() => {})
  }

  async end(): Promise<void> {
    await this.writing
  }
}
