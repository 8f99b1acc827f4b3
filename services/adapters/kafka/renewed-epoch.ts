import { askFlexibly, compactString, int16, int32, int64, refuseError } from './flexible-request.ts';
import type { Broker, ProducerIdentity } from './kafkajs-cluster.ts';

/**
 * A new epoch for a producer whose sequence numbers no longer count, if it is still the newest of its transactional id;
 * aborts what it had begun. (Without the last condition, which kafkajs' own request cannot make, a producer that was
 * fenced meanwhile would fence the one that fenced it.)
 *
 * Source: InitProducerId, version 3 (KIP-360), https://kafka.apache.org/protocol. Asked of the transaction coordinator.
 */
export function renewedEpoch(
  coordinator: Broker,
  identity: ProducerIdentity,
  transactionTimeoutMs: number,
): Promise<ProducerIdentity> {
  const { transactionalId, producerId, producerEpoch } = identity;
  return askFlexibly(coordinator, {
    apiKey: 22,
    apiVersion: 3,
    apiName: 'InitProducerId',
    fields: [compactString(transactionalId), int32(transactionTimeoutMs), int64(producerId), int16(producerEpoch)],
    read(fields) {
      // Throttle time.
      fields.int32();
      refuseError(fields.int16());
      return { transactionalId, producerId: fields.int64(), producerEpoch: fields.int16() };
    },
  });
}
