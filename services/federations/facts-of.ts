import type { Application } from '#libs/contracts'
import type { PlacementFacts } from './placement-places.ts'

/** What placement may know of an application. */
export function factsOf({ places, platform, site }: Application): PlacementFacts {
  return {
    plateCity: places.plateCity,
    householdDivision: places.household,
    residenceDivision: places.residence,
    residenceStreet: places.residenceStreet,
    routes: places.routes,
    platform,
    siteDivision: site?.division ?? null,
    siteFederationId: site?.federationId ?? null,
  }
}

/** What is left of a placement's facts when the person's data is erased. */
export const NO_FACTS: PlacementFacts = {
  plateCity: null,
  householdDivision: null,
  residenceDivision: null,
  residenceStreet: null,
  routes: [],
  platform: null,
  siteDivision: null,
  siteFederationId: null,
}
