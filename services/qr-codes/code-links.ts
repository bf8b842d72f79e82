/** The links that stand in QR codes. Short: every character makes the code finer and harder to scan. */
export class CodeLinks {
  constructor(private readonly publicUrl: string) {}

  of(token: string): string {
    return `${this.publicUrl}/j/${token}`
  }
}
