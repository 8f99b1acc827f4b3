import { askFlexibly, compactArray, compactString, refuseError } from './flexible-request.ts';
import type { Broker } from './kafkajs-cluster.ts';

const transactionalIdNotFound = 105;

/**
 * What has become of the last transaction of a transactional id, in Kafka's words: CompleteCommit, CompleteAbort, Ongoing
 * and others; null where the id was never used.
 *
 * Source: DescribeTransactions, version 0 (KIP-664), https://kafka.apache.org/protocol. Asked of the transaction
 * coordinator.
 */
export function transactionState(coordinator: Broker, transactionalId: string): Promise<string | null> {
  return askFlexibly(coordinator, {
    apiKey: 65,
    apiVersion: 0,
    apiName: 'DescribeTransactions',
    fields: [compactArray([compactString(transactionalId)])],
    read(fields) {
      // Throttle time.
      fields.int32();
      // Of the one entry, what comes after its state is of no interest.
      const [state] = fields.compactArray(() => {
        const error = fields.int16();
        if (error === transactionalIdNotFound) return null;
        refuseError(error);
        fields.compactString();
        return fields.compactString();
      });
      return state ?? null;
    },
  });
}
