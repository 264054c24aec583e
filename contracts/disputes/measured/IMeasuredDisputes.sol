// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../escrow/IAccountingV2.sol";
import {IArbitrable} from "../../arbitrator/IArbitrable.sol";
import {IJury} from "../../jury/IJury.sol";

/// @title IMeasuredDisputes: faults that have to be measured, decided by a jury
/// @notice A client, or a validator for its canaries, claims that answers of an executor came from another model than
/// signed, or were charged for more tokens than there were. Jurors measure. Either side, or anybody for it, can appeal, once to
/// a larger jury and then to the arbitrator.
/// @dev What the contract checks and what jurors check. Signatures, amounts, times, who may complain of an answer, and the
/// arithmetic of an overcharge are checked here, for every answer, when the dispute is opened: who signed what is a fact
/// that no vote may change, and what is frozen and paid back has to be exact. Jurors check what needs the contents, which
/// never come on chain: that the evidence fits the signed hashes, and that the answers fit the model and the counts.
/// @dev A dispute's money, times and shares are fixed when it is opened. Nobody can change a rule; what other contracts
/// say about stake and prices is read at the opening and kept.
/// @dev Time. Deadlines are absolute and inclusive. Whatever only needs time anyone can do by `poke`, which catches up with
/// everything that is due; coming late changes nothing. A panel's own deadlines begin with its draw, because it could not
/// vote before.
/// @dev Money. Nothing is sent on the way: what accounts are owed waits as credit in MeasuredDeposits (deposits of the parties,
/// fees from them), in the stake registry (shares of slashes) or in AccountingV2 (costs of answers), until they take it.
interface IMeasuredDisputes is IArbitrable {
    /* TYPES */

    /// @notice `WrongModel`: another model, quantisation, prompt or sampler than signed (M1). `TokenInflation`: more tokens
    /// than there were (M2).
    enum Kind {
        WrongModel,
        TokenInflation
    }

    /// @notice `Answer`: the executor may answer or concede. `Draw`: a panel is being drawn. `Voting`: it commits and
    /// reveals. `Appealable`: the loser may appeal. `Arbitration`: the arbitrator may rule. `Closed`: nothing is left.
    enum State {
        None,
        Answer,
        Draw,
        Voting,
        Appealable,
        Arbitration,
        Closed
    }

    /// @notice `Void`: nobody found anything; as if there had been no dispute.
    enum Outcome {
        None,
        Upheld,
        Rejected,
        Conceded,
        Void
    }

    /// @notice One answer complained of.
    /// @param pair Request and response with their signatures.
    /// @param consent The client's, or its session signer's, to this challenger: EIP-712 type `DisputeConsent` in the
    /// domain of AccountingV2. Ignored if the challenger is the client.
    /// @param inboundTokens Prompt tokens that there really were, as the challenger counted; for `TokenInflation` only.
    /// @param outboundTokens Answer tokens that there really were; likewise.
    struct DisputedAnswer {
        IAccountingV2.SignedPair pair;
        IAccountingV2.CompactSignature consent;
        uint32 inboundTokens;
        uint32 outboundTokens;
    }

    /// @notice A dispute. What is at stake for it: `IMeasuredDeposits.deposits` and `IMeasuredPenalties.penalties`.
    /// @param challenger Who complains.
    /// @param state See `State`.
    /// @param kind See `Kind`.
    /// @param outcome `None` until it is closed.
    /// @param verdict What the last panel found, or the arbitrator.
    /// @param round 1, or 2 once a second jury is asked: after an appeal, or if the first one found nothing.
    /// @param verdictRound The round of `verdict`.
    /// @param appeal The verdict that somebody appealed against to the second jury, if anybody did.
    /// @param executor Whose answers.
    /// @param until Deadline of the state, where it has one.
    /// @param fee Of a juror.
    /// @param arbitrationCost Of the arbitrator, when the dispute was opened; zero once it is closed.
    /// @param arbitrationAppellant Who appealed to the arbitrator, and paid for it.
    struct Dispute {
        address challenger;
        State state;
        Kind kind;
        Outcome outcome;
        IJury.Verdict verdict;
        uint8 round;
        uint8 verdictRound;
        IJury.Verdict appeal;
        address executor;
        uint40 until;
        uint96 fee;
        uint96 arbitrationCost;
        address arbitrationAppellant;
    }

    /// @notice Where a closed dispute's money went. Of the slash: `slash*`, which wait in the stake registry; of deposits:
    /// the rest, which waits here.
    /// @param refunded Costs from the escrow to the clients.
    /// @param released Costs from the escrow to the executor.
    /// @param slashRestituted To the challenger, for costs that had left the escrow.
    /// @param slashReporter To the challenger.
    /// @param slashJury To the jurors who were right, and to the arbitrator if nobody else pays it.
    /// @param slashTreasury To the treasury.
    /// @param returned Deposits that went back to who had paid them.
    /// @param fees To jurors and the arbitrator out of deposits.
    /// @param compensation To the winner out of the loser's deposits.
    /// @param treasury To the treasury out of the loser's deposits.
    struct Settlement {
        uint256 refunded;
        uint256 released;
        uint256 slashRestituted;
        uint256 slashReporter;
        uint256 slashJury;
        uint256 slashTreasury;
        uint256 returned;
        uint256 fees;
        uint256 compensation;
        uint256 treasury;
    }

    /* ERRORS */

    error MeasuredZeroAddress();
    error MeasuredAnswerCount(uint256 maximum, uint256 asked);
    error MeasuredNoEvidence();
    error MeasuredWrongExecutor(address expected, address found);
    error MeasuredWrongRequestHash(bytes32 expected, bytes32 found);
    error MeasuredNotClient(address client, address challenger);
    error MeasuredNotValidator(address challenger);
    error MeasuredNotRegistered(address executor);
    error MeasuredNotPaid(address client, uint64 lane, uint32 nonce);
    error MeasuredOwnAnswers(address executor);
    error MeasuredTooOld(uint256 until, uint256 timestamp);
    error MeasuredAlreadyDisputed(bytes32 id);
    error MeasuredCountAboveStated(uint256 stated, uint256 counted);
    error MeasuredNoOvercharge();
    error MeasuredBondTooLarge(uint256 limit, uint256 bond);
    error MeasuredWrongState(bytes32 id, State found);
    error MeasuredTooLate(uint256 until, uint256 timestamp);
    error MeasuredNotExecutor(address executor, address caller);
    error MeasuredNoArbitrator();
    error MeasuredNotArbitrator(address caller);
    error MeasuredUnknownRuling(uint256 ruling);
    error MeasuredNothingDue(bytes32 id, State state);

    /* EVENTS */

    /// @param evidenceHash Of what the challenger gives to the jurors: prompts, answers, traces, salts.
    /// @param payer Who paid the bond.
    /// @param penalty Largest slash.
    /// @param restitution See `Dispute`.
    /// @param until The executor may answer until then.
    event MeasuredOpened(
        bytes32 indexed id,
        address indexed executor,
        address indexed challenger,
        address payer,
        Kind kind,
        uint256 answers,
        bytes32 evidenceHash,
        uint256 bond,
        uint256 penalty,
        uint256 restitution,
        uint256 until
    );
    /// @param inboundTokens As the challenger counted; zero for `WrongModel`, like the next two.
    /// @param overcharge Stated cost less the cost of the counted tokens, as far as it was paid.
    /// @param paid What the lane was paid for the answer.
    /// @param tail What of that can still be refunded; zero for an answer that is not the newest of its lane, or is in another
    /// dispute.
    /// @param held What of the tail the escrow holds now.
    event AnswerDisputed(
        bytes32 indexed id,
        address indexed client,
        bytes32 indexed requestHash,
        bytes32 responseHash,
        uint64 lane,
        uint32 nonce,
        uint32 inboundTokens,
        uint32 outboundTokens,
        uint256 overcharge,
        uint256 paid,
        uint256 tail,
        uint256 held
    );
    event ExecutorAnswered(bytes32 indexed id, address indexed executor, bytes32 evidenceHash);
    event ExecutorSilent(bytes32 indexed id, address indexed executor);
    /// @param round Of the dispute.
    /// @param until Deadline of the new state; zero if it has none of its own.
    event MeasuredMoved(bytes32 indexed id, State indexed state, uint256 round, uint256 until);
    event VerdictFound(bytes32 indexed id, uint256 indexed round, IJury.Verdict verdict);
    event PanelFailed(bytes32 indexed id, uint256 indexed round);
    event Appealed(bytes32 indexed id, address indexed appellant, uint256 round, uint256 deposit);
    event ArbitrationAsked(bytes32 indexed id, uint256 indexed arbitratorId, address appellant, uint256 cost);
    event MeasuredClosed(
        bytes32 indexed id,
        address indexed executor,
        address indexed challenger,
        Kind kind,
        Outcome outcome,
        uint256 halfStrikes,
        Settlement settlement
    );

    /* ACTIONS */

    /// @notice Complains of 1 to 64 paid answers of one registered executor, which has at least the smallest penalty at stake.
    /// The caller is the client of all of them, or an active validator that has the consent of the clients of the others.
    /// Every answer can be disputed once, until 7 days after its request's deadline. Takes the bond from the caller: what of it
    /// no juror has to be paid with comes back, unless a jury finds that the answers are what was signed.
    /// @param evidenceHash Of what the caller gives to the jurors. Not zero.
    /// @param maxBond Most that the caller pays: the bond follows the executor's stake.
    function open(
        Kind kind,
        bytes32 evidenceHash,
        DisputedAnswer[] calldata answers,
        uint256 maxBond
    ) external returns (bytes32 id);

    /// @notice The same for the client of all answers, paid by the caller, who has the client's consent to each. The bond comes
    /// back to the caller; everything else is the client's.
    function openFor(
        address challenger,
        Kind kind,
        bytes32 evidenceHash,
        DisputedAnswer[] calldata answers,
        uint256 maxBond
    ) external returns (bytes32 id);

    /// @notice The executor answers, and does not let the jury wait. Anyone can find its evidence by the hash.
    function answer(bytes32 id, bytes32 evidenceHash) external;

    /// @notice The executor admits the fault: it pays the costs back and loses a quarter of the penalty.
    function concede(bytes32 id) external;

    /// @notice Does everything that is due. Reverts if nothing is.
    function poke(bytes32 id) external;

    /// @notice Appeals against a verdict for whom it is against: in round 1 to a jury of 11, for twice the bond; in round 2 to
    /// the arbitrator, for its price. Anyone may pay: the loser, a juror who knows better, or somebody whom the token does not
    /// refuse. What comes back comes back to who paid.
    function appeal(bytes32 id) external;

    /* VIEWS */

    /// @notice Checks what signatures prove: see `IMeasuredEvidence`.
    function evidence() external view returns (address);
    /// @notice Takes stake.
    function penalties() external view returns (address);
    /// @notice Holds what the parties pay, and pays jurors.
    function deposits() external view returns (address);
    function accounting() external view returns (address);
    function jury() external view returns (address);
    /// @notice Zero if there is none.
    function arbitrator() external view returns (address);
    function disputeCount() external view returns (uint256);
    function disputeAt(bytes32 id) external view returns (Dispute memory);

    /// @notice The dispute about an answer, or zero.
    function disputeOf(address client, address executor, uint64 lane, uint32 nonce) external view returns (bytes32 id);

    /// @notice The dispute that the arbitrator knows by this number, or zero.
    function arbitrated(uint256 arbitratorId) external view returns (bytes32 id);
}
