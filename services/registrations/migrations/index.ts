export { Registrations1767225606000 } from './1767225606000-registrations.ts'
export { CorrectionsRostersErasure1767225622000 } from './1767225622000-corrections-rosters-erasure.ts'
export { OutcomeStatements1767225630000 } from './1767225630000-outcome-statements.ts'
