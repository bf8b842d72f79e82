export { accountCreated } from './accounts.ts'
export { catalogue, definitionOf, UnknownEvent, upcast } from './catalogue.ts'
export { type DataOf, type DomainEvent, type EventDefinition, newEvent, type Stream, streams } from './event.ts'
export { placementDecided, placementHeld } from './federations.ts'
export { duplicateSuspected, identityResolved } from './identities.ts'
export {
  membershipApproved,
  membershipRejected,
  membershipReturned,
  reviewAttached,
  reviewOpened,
} from './memberships.ts'
export { messageSent } from './notifications.ts'
export { codeIssued, codeRevoked, codeScanned, siteOpened } from './qr-codes.ts'
export { registrationSubmitted } from './registrations.ts'
export { type Application, application } from './shared.ts'
