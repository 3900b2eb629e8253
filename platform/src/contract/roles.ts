import { Type, type Static } from 'typebox'

export const roles = ['admin', 'supervisor', 'guard', 'broadcaster', 'property', 'grid', 'installer'] as const
export const Role = Type.Enum([...roles])
export type Role = (typeof roles)[number]

/**
 * A place in the hierarchy street/community/compound, written as a path: `riverside/east/garden`.
 * A scope covers every place that it is a prefix of; the empty scope covers everything.
 */
export const Scope = Type.String({ maxLength: 200, pattern: '^([a-z0-9-]+(/[a-z0-9-]+)*)?$' })
export type Scope = Static<typeof Scope>

/** Whether `scope` covers the place `path`. */
export const covers = (scope: Scope, path: Scope) => scope === '' || path === scope || path.startsWith(`${scope}/`)

/** The place itself and everything that contains it, widest first: `['', 'a', 'a/b']`. */
export function enclosingScopes(path: Scope): Scope[] {
  const parts = path === '' ? [] : path.split('/')
  return ['', ...parts.map((_, index) => parts.slice(0, index + 1).join('/'))]
}
