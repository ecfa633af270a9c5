// What the extension and the server say to each other beyond the Language Server Protocol.
import type { Range } from 'vscode-languageclient/node';

export type ServiceLevel = 'full_service' | 'reduced_service' | 'minimal_service' | 'emergency_mode';
export type Source = 'model' | 'cache' | 'workspace' | 'template' | 'rule' | 'none';

/** The latest answer: who gave it, why they were asked, and what it cost. */
export interface Last {
  id: string;
  task: string;
  model: string;
  source: Source;
  deployment?: string;
  reasons: string[];
  costMicroDollars: number;
  elapsedMs: number;
  degraded: boolean;
  message?: string;
}

/** Params of the notification `pointsman/status`. */
export interface Status {
  serviceLevel: ServiceLevel;
  last: Last | null;
  sessionMicroDollars: number;
  todayMicroDollars: number;
  notice?: string;
}

/** A whole document, or one range of it. */
export interface Place {
  uri: string;
  range?: Range;
}

export const STATUS = 'pointsman/status';
export const SET_SECRETS = 'pointsman/setSecrets';
export const SET_TRUST = 'pointsman/setTrust';

/** Commands of the server. The language client registers them as editor commands under the same names. */
export const REVIEW = 'pointsman.server.review';
export const EXPLAIN = 'pointsman.server.explain';
export const LAST_ROUTE = 'pointsman.server.lastRoute';
export const CLEAR_FINDINGS = 'pointsman.server.clearFindings';
