/** Why a metric proposes no size. */
export class MetricError extends Error {
  constructor(
    message: string,
    /** Nobody serves the API that it comes from: it will not come until somebody does. */
    readonly isUnserved = false,
  ) {
    super(message);
  }
}
