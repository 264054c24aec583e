// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../escrow/IAccountingV2.sol";
import {IArbitrable} from "../../arbitrator/IArbitrable.sol";
import {IJury} from "../../jury/IJury.sol";

/// @title IMeasuredDisputes: faults that have to be measured, decided by a jury
/// @notice A client, or a validator for its canaries, claims that answers of an executor came from another model than
/// signed, or were charged for more tokens than there were. Jurors measure. Either side can appeal, once to a larger jury
/// and then to the arbitrator.
/// @dev What the contract checks and what jurors check. Signatures, amounts, times, who may complain of an answer, and the
/// arithmetic of an overcharge are checked here, for every answer, when the dispute is opened: who signed what is a fact
/// that no vote may change, and what is frozen and paid back has to be exact. Jurors check what needs the contents, which
/// never come on chain: that the evidence fits the signed hashes, and that the answers fit the model and the counts.
/// @dev A dispute's money, times and shares are fixed when it is opened. Nobody can change a rule; what other contracts
/// say about stake and prices is read at the opening and kept.
/// @dev Time. Deadlines are absolute and inclusive. Whatever only needs time anyone can do by `poke`, which catches up with
/// everything that is due; coming late changes nothing. A panel's own deadlines begin with its draw, because it could not
/// vote before.
/// @dev Money. Nothing is sent on the way: what accounts are owed waits as credit here (deposits of the parties, fees from
/// them), in the stake registry (shares of slashes) or in AccountingV2 (costs of answers), until they take it.
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

    /// @notice A dispute. Once it is closed all its amounts are zero.
    /// @param challenger Who opened it.
    /// @param state See `State`.
    /// @param kind See `Kind`.
    /// @param outcome `None` until it is closed.
    /// @param verdict What the last panel that found something found.
    /// @param round 1, or 2 after an appeal to the second jury.
    /// @param verdictRound The round of `verdict`.
    /// @param silent The executor let its time pass, and cannot appeal.
    /// @param redrawn A panel of which too few revealed was replaced; that happens once.
    /// @param stakeShare Basis points of the stake that the penalty is, for a wrong model; else zero.
    /// @param executor Whose answers.
    /// @param until Deadline of the state, where it has one.
    /// @param bond Paid by the challenger.
    /// @param penalty Largest slash, frozen together with `restitution`. For a wrong model it is a share of the stake, by how
    /// often that happened before, and in the end lower by the same share of what other disputes took here meanwhile and no challenger got: a
    /// first offence does not take everything because it was complained of in pieces.
    /// @param restitution What was paid for the answers and had already matured.
    /// @param arbitrationCost Of the arbitrator, when the dispute was opened.
    /// @param appellant Who appealed to the second jury.
    /// @param appealDeposit Paid by it.
    /// @param arbitrationAppellant Who appealed to the arbitrator, and paid for it.
    /// @param takenBefore All that these disputes had ever taken of the executor's stake at opening, likewise.
    struct Dispute {
        address challenger;
        State state;
        Kind kind;
        Outcome outcome;
        IJury.Verdict verdict;
        uint8 round;
        uint8 verdictRound;
        bool silent;
        bool redrawn;
        uint16 stakeShare;
        address executor;
        uint40 until;
        uint96 bond;
        uint96 penalty;
        uint96 restitution;
        uint96 arbitrationCost;
        address appellant;
        uint96 appealDeposit;
        address arbitrationAppellant;
        uint256 takenBefore;
    }

    /// @notice Where a closed dispute's money went. Of the slash: `slash*`, which wait in the stake registry; of deposits:
    /// the rest, which waits here.
    /// @param refunded Costs from the escrow to the clients.
    /// @param released Costs from the escrow to the executor.
    /// @param slashRestituted To the challenger, for costs that had left the escrow.
    /// @param slashReporter To the challenger.
    /// @param slashJury To the jurors who were right (and the arbitrator, if nobody else pays it).
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
    error MeasuredParameterOutOfRange(bytes32 name, uint256 minimum, uint256 maximum, uint256 asked);
    error MeasuredAnswerCount(uint256 maximum, uint256 asked);
    error MeasuredNoEvidence();
    error MeasuredWrongExecutor(address expected, address found);
    error MeasuredWrongRequestHash(bytes32 expected, bytes32 found);
    error MeasuredWrongSigner(address principal, address recovered);
    error MeasuredNotValidator(address challenger);
    error MeasuredOwnAnswers(address executor);
    error MeasuredTooOld(uint256 until, uint256 timestamp);
    error MeasuredAlreadyDisputed(bytes32 id);
    error MeasuredCountAboveStated(uint256 stated, uint256 counted);
    error MeasuredNoOvercharge();
    error MeasuredBondTooLarge(uint256 limit, uint256 bond);
    error MeasuredTokenShortfall(uint256 expected, uint256 received);
    error MeasuredWrongState(bytes32 id, State found);
    error MeasuredTooLate(uint256 until, uint256 timestamp);
    error MeasuredNotExecutor(address executor, address caller);
    error MeasuredNotLoser(address loser, address caller);
    error MeasuredAppealForfeited();
    error MeasuredNoArbitrator();
    error MeasuredNotArbitrator(address caller);
    error MeasuredUnknownRuling(uint256 ruling);
    error MeasuredNothingDue(bytes32 id, State state);
    error MeasuredNoCredit();

    /* EVENTS */

    /// @param evidenceHash Of what the challenger gives to the jurors: prompts, answers, traces, salts.
    /// @param penalty Largest slash.
    /// @param restitution See `Dispute`.
    /// @param until The executor may answer until then.
    event MeasuredOpened(
        bytes32 indexed id,
        address indexed executor,
        address indexed challenger,
        Kind kind,
        uint256 answers,
        bytes32 evidenceHash,
        uint256 bond,
        uint256 penalty,
        uint256 restitution,
        uint256 until
    );
    /// @param inboundTokens As the challenger counted; zero for `WrongModel`, like the next two.
    /// @param overcharge Stated cost less the cost of the counted tokens.
    /// @param paid What the tail came to; zero for an answer that is not the newest of its lane, was not paid, or is in
    /// another dispute.
    /// @param held What of it the escrow holds now.
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
    /// @param credit Of the account afterwards.
    event Credited(bytes32 indexed id, address indexed account, uint256 amount, uint256 credit);
    event CreditWithdrawn(address indexed account, address indexed to, uint256 amount);

    /* ACTIONS */

    /// @notice Complains of 1 to 64 answers of one executor. The caller is the client of all of them, or an active validator
    /// that has the consent of the clients of the others. Every answer can be disputed once, until 7 days after its
    /// request's deadline. Takes the bond from the caller.
    /// @param evidenceHash Of what the caller gives to the jurors. Not zero.
    /// @param maxBond Most that the caller pays: the bond follows the executor's stake.
    function open(
        Kind kind,
        bytes32 evidenceHash,
        DisputedAnswer[] calldata answers,
        uint256 maxBond
    ) external returns (bytes32 id);

    /// @notice The executor answers, and can appeal later. Anyone can find its evidence by the hash.
    function answer(bytes32 id, bytes32 evidenceHash) external;

    /// @notice The executor admits the fault: it pays the costs back and loses a quarter of the penalty.
    function concede(bytes32 id) external;

    /// @notice Does everything that is due. Reverts if nothing is.
    function poke(bytes32 id) external;

    /// @notice Appeals against a verdict: in round 1 to a jury of 11, for twice the bond; in round 2 to the arbitrator, for
    /// its price. Only who lost.
    function appeal(bytes32 id) external;

    /// @notice Pays the caller's credit out to `to`.
    function withdrawCredit(address to) external returns (uint256 amount);

    /* VIEWS */

    function accounting() external view returns (address);
    function stakeRegistry() external view returns (address);
    function jury() external view returns (address);
    /// @notice Zero if there is none.
    function arbitrator() external view returns (address);
    function paymentToken() external view returns (address);

    /// @notice What a juror that was right is paid, base units, whatever it found.
    function jurorFee() external view returns (uint256);

    function disputeCount() external view returns (uint256);
    function disputeAt(bytes32 id) external view returns (Dispute memory);

    /// @notice The dispute about an answer, or zero.
    function disputeOf(address client, address executor, uint64 lane, uint32 nonce) external view returns (bytes32 id);

    /// @notice The dispute that the arbitrator knows by this number, or zero.
    function arbitrated(uint256 arbitratorId) external view returns (bytes32 id);

    function creditOf(address account) external view returns (uint256);

    /// @notice What a challenger pays for a dispute with this penalty.
    function bondFor(uint256 penalty) external view returns (uint256);

    /// @notice Penalty of a new dispute about the model of the executor's answers.
    function modelPenalty(address executor) external view returns (uint256);

    /// @notice Digest that a client signs so that `challenger` may complain of the answer to `requestHash`.
    function hashConsent(address challenger, bytes32 requestHash) external view returns (bytes32);
}
