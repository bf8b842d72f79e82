/** What is true of the records of a file, which no engine gets to see. */
export class Truth {
  private readonly positions = new Map<string, number>()
  /** By position: the person behind each record, and their couple and fleet, 0 for none. */
  readonly person: number[] = []
  readonly couple: number[] = []
  readonly fleet: number[] = []

  get size(): number {
    return this.person.length
  }

  add(recordId: string, person: number, couple = 0, fleet = 0): void {
    this.positions.set(recordId, this.size)
    this.person.push(person)
    this.couple.push(couple)
    this.fleet.push(fleet)
  }

  /** @throws Error when an engine made the record up */
  positionOf(recordId: string): number {
    const position = this.positions.get(recordId)
    if (position === undefined) throw new Error(`There is no record ${recordId}`)
    return position
  }
}
