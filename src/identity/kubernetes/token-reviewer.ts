/** What an API server says of a token. Source: `authentication.k8s.io/v1` TokenReview, `status`. */
export interface TokenReview {
  readonly authenticated: boolean;
  /** `system:serviceaccount:shop:frontend`; empty where it is not authenticated. */
  readonly username: string;
  /** Those of the audiences asked for that the token is valid for. */
  readonly audiences: readonly string[];
}

/** The cluster, as far as it judges tokens. */
export interface TokenReviewer {
  /** Rejects where the API server cannot be asked, or answers with an error. */
  review(token: string, audiences: readonly string[]): Promise<TokenReview>;
}
