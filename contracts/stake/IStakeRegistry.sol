// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title StakeRegistry: who serves the network, and with what at stake
/// @notice Executors and validators register once, stake the payment token, and leave after an unbonding delay.
/// Dispute contracts, named once for ever by `wire`, freeze, slash, strike and jail. They can take stake; nobody can stop
/// a member from withdrawing what is neither at stake nor frozen.
/// @dev Assumptions as in `IAccountingV2`: a plain ERC-20, block time honest to within seconds.
/// @dev One address has one role. Stake, strikes and jail stay with the address, whatever it does.
/// @dev Ids of disputes belong to the judge that uses them: two judges never get in each other's way with one id.
interface IStakeRegistry {
    /* TYPES */

    enum Role {
        None,
        Executor,
        Validator
    }

    /// @notice What a wired dispute contract may do. `Stake`: freeze, slash, strike, jail. `StakeAndTails`: in AccountingV2,
    /// too, hold the tail that a dispute is about, and give it to one of its two parties.
    enum Power {
        None,
        Stake,
        StakeAndTails
    }

    /// @notice What a member did, as decided by a judge.
    /// @dev Equivocation: two responses to one request (E1). OfferEquivocation: two offers with one id (E2). Undelivered:
    /// an answer paid for that was not delivered (L1). WrongModel: another model, quantisation, prompt or sampler than
    /// signed (M1). TokenInflation: more tokens than there were (M2). JurorFault: a juror that did not do its duty (J1).
    enum Offence {
        Equivocation,
        OfferEquivocation,
        Undelivered,
        WrongModel,
        TokenInflation,
        JurorFault
    }

    /// @notice An address that serves the network, or wants to.
    /// @param role Set once by `register`.
    /// @param activeSince Since when the stake is at the role's minimum and the member not in jail, without interruption;
    /// zero while that is not so. More stake of an executor moves it towards now, see `capacityOf`.
    /// @param jailedUntil Zero for a member that is not in jail; else when it can ask to be let out, see `unjail`.
    /// @param unbondAt Zero while nothing is unbonding.
    /// @param stake Active stake.
    /// @param unbonding Stake on its way out; can be withdrawn from `unbondAt`, as far as it is not frozen.
    /// @param frozen Sum of what open disputes froze. It can exceed what is there: then nothing leaves.
    /// @param registeredAt When the address registered.
    struct Member {
        Role role;
        uint40 activeSince;
        uint40 jailedUntil;
        uint40 unbondAt;
        uint96 stake;
        uint96 unbonding;
        uint120 frozen;
        uint40 registeredAt;
    }

    /// @notice What a judge did under an id: it froze an amount of the member's stake, or, if the amount is zero, slashed.
    struct Reason {
        address member;
        uint96 frozen;
    }

    /// @notice A dispute contract and its power.
    struct Judge {
        address account;
        Power power;
    }

    /// @notice What a judge takes from a member, and for whom.
    /// @param id The judge's id for the reason; each slashes once and ends what was frozen under it.
    /// @param member Whose stake.
    /// @param offence Goes into the event.
    /// @param restitution What the victim lost and the escrow could not give back. It comes first, and is no reward. Of it
    /// is paid what leaves 40 % of all that is taken to the treasury after the shares: a fifth of it if they ask for 50 %.
    /// @param penalty Wanted beyond that. The shares are parts of what is really taken of it.
    /// @param reporter Who brought the proof or opened the dispute. A zero account's share goes to the treasury (here and
    /// below).
    /// @param victim Who was wronged; gets the restitution too.
    /// @param jury Contract or account that pays the jurors.
    /// @param reporterShare Basis points of the penalty, rounded down like the other shares.
    /// @param victimShare Basis points of the penalty.
    /// @param juryShare Basis points of the penalty. All three are 6 000 at most, see `MAX_SHARES`.
    /// @param victimLimit Most that the victim's share may come to, base units.
    struct Slash {
        bytes32 id;
        address member;
        Offence offence;
        uint256 restitution;
        uint256 penalty;
        address reporter;
        address victim;
        address jury;
        uint256 reporterShare;
        uint256 victimShare;
        uint256 juryShare;
        uint256 victimLimit;
    }

    /// @notice Who got how much of a slash. The parts add up to what was taken.
    /// @param waiting Taken, and kept for claims that were frozen earlier: what they do not need is for reporter, victim and
    /// treasury, see `collect`.
    struct Payout {
        uint256 restituted;
        uint256 reporter;
        uint256 victim;
        uint256 jury;
        uint256 treasury;
        uint256 waiting;
    }

    /// @notice What of a slash waits for the claims that were frozen earlier.
    /// @param amount All of it; the treasury's is what the other two leave.
    /// @param toReporter Of the amount.
    /// @param toVictim Of the amount.
    struct Waiting {
        address member;
        uint96 amount;
        address reporter;
        uint96 toReporter;
        address victim;
        uint96 toVictim;
    }

    /// @notice Shares of slashes. They stay here until their owner withdraws or transfers them, so that no recipient's
    /// misbehaviour and no token's list can stop a slash.
    /// @param credited Ever, less what was transferred away.
    /// @param withdrawn Ever.
    struct Rewards {
        uint128 credited;
        uint128 withdrawn;
    }

    /* ERRORS */

    error StakeZeroAddress();
    error StakeZeroAmount();
    error StakeAlreadyRegistered(address member, Role role);
    error StakeNotRegistered(address member);
    error StakeUnknownRole(Role role);
    error StakePeerIdLength(uint256 minimum, uint256 maximum, uint256 length);
    error StakeMetadataLength(uint256 maximum, uint256 length);
    error StakeInsufficient(uint256 available, uint256 asked);
    error StakeBelowMinimum(uint256 minimum, uint256 left);
    error StakeNothingUnbonding();
    error StakeStillUnbonding(uint256 unbondAt, uint256 timestamp);
    error StakeTokenShortfall(uint256 expected, uint256 received);
    error StakeAmountTooLarge(uint256 limit, uint256 asked);
    error StakeNotDeployer(address deployer, address caller);
    error StakeAlreadyWired();
    error StakeNotWired();
    error StakeNotContract(address account);
    error StakePowerless(address judge);
    error StakeJudgeRepeated(address judge);
    error StakeNotJudge(address caller);
    error StakeIdUsed(address judge, bytes32 id);
    error StakeSharesTooLarge(uint256 maximum, uint256 asked);
    error StakeFrozen(uint256 frozen, uint256 whole);
    error StakeNothingWaiting(address judge, bytes32 id);
    error StakeClaimsAhead(uint256 asked);
    error StakeNotJailed(address member);
    error StakeStillJailed(uint256 jailedUntil, uint256 timestamp);
    error StakeNoRewards();
    error StakeInsufficientRewards(uint256 available, uint256 asked);
    error StakeParameterOutOfRange(bytes32 name, uint256 minimum, uint256 maximum, uint256 asked);

    /* EVENTS */

    /// @param peerId Bytes of the libp2p PeerId.
    event Registered(address indexed member, Role indexed role, bytes peerId, string metadataURI);
    event MetadataUpdated(address indexed member, bytes peerId, string metadataURI);

    /// @param totalStake Active stake afterwards.
    event Staked(address indexed member, address indexed payer, uint256 amount, uint256 totalStake);
    event UnbondRequested(
        address indexed member,
        uint256 amount,
        uint256 totalStake,
        uint256 unbonding,
        uint256 unbondAt
    );
    event UnbondCancelled(address indexed member, uint256 amount, uint256 totalStake);
    /// @param unbonding Left behind because it is frozen.
    event StakeWithdrawn(
        address indexed member,
        address indexed to,
        uint256 amount,
        uint256 totalStake,
        uint256 unbonding
    );

    event Wired(address indexed judge, Power power);
    /// @param frozen Sum of the member's freezes afterwards.
    event Frozen(address indexed member, address indexed judge, bytes32 indexed id, uint256 amount, uint256 frozen);
    event Unfrozen(address indexed member, address indexed judge, bytes32 indexed id, uint256 amount, uint256 frozen);
    /// @param taken From the stake. `payout` adds up to it and to what later slashes had left waiting for this claim.
    /// @param totalStake Active stake afterwards.
    /// @param unbonding Unbonding stake afterwards.
    event Slashed(
        address indexed member,
        address indexed judge,
        bytes32 indexed id,
        Offence offence,
        address reporter,
        address victim,
        address jury,
        uint256 taken,
        Payout payout,
        uint256 totalStake,
        uint256 unbonding
    );
    /// @notice What waited of a slash was paid.
    /// @param gone What earlier claims were served out of it.
    event Collected(
        address indexed member,
        address indexed judge,
        bytes32 indexed id,
        address reporter,
        address victim,
        uint256 toReporter,
        uint256 toVictim,
        uint256 toTreasury,
        uint256 gone
    );
    /// @param halves Half strikes that this one adds.
    /// @param count Half strikes in the window, with these.
    event Struck(address indexed member, address indexed judge, Offence indexed offence, uint256 halves, uint256 count);
    event Jailed(address indexed member, address indexed judge, uint256 jailedUntil);
    event Unjailed(address indexed member);
    event RewardsTransferred(address indexed from, address indexed to, uint256 amount);
    event RewardsWithdrawn(address indexed account, address indexed to, uint256 amount);

    /* ACTIONS */

    /// @notice Takes a role. Stake follows by `stake`; the member is active once it holds the role's minimum.
    function register(Role role, bytes calldata peerId, string calldata metadataURI) external;

    /// @notice Replaces peer id and metadata of the caller.
    function updateMetadata(bytes calldata peerId, string calldata metadataURI) external;

    /// @notice Adds stake, paid by the caller.
    function stake(uint256 amount) external;

    /// @notice Adds stake to a member, paid by the caller: somebody else can pay for who cannot move the token itself.
    function stakeFor(address member, uint256 amount) external;

    /// @notice Registers and stakes in one transaction.
    function registerAndStake(Role role, bytes calldata peerId, string calldata metadataURI, uint256 amount) external;

    /// @notice Starts to take `amount` out: either everything (2^256 - 1 is that, however much somebody has just added), or so
    /// much that the role's minimum is left. Adds to a
    /// running unbonding and restarts its clock. Unbonding stake no longer backs anything, but stays slashable.
    function unbond(uint256 amount) external;

    /// @notice Makes unbonding stake active again.
    function cancelUnbond() external;

    /// @notice Pays finished unbonding out to `to`, as far as what stays covers everything that is frozen.
    function withdraw(address to) external returns (uint256 amount);

    /// @notice Ends the caller's jail, once its time is over and the stake at the role's minimum again. The member starts
    /// anew as an active one: its first week, see `capacityOf`, begins.
    function unjail() external;

    /// @notice Pays the caller's shares of slashes out to `to`.
    function withdrawRewards(address to) external returns (uint256 amount);

    /// @notice Gives `amount` of the caller's shares of slashes to somebody else, without moving tokens.
    function transferRewards(address to, uint256 amount) external;

    /* WIRING */

    /// @notice Names the dispute contracts, once: afterwards nobody can add, remove or change one. Only the deployer, whom the
    /// constructor names.
    /// Nobody can register before, so that everybody who stakes can know who may take the stake.
    function wire(Judge[] calldata judges) external;

    /* JUDGES */

    /// @notice Keeps `amount` of the member's stake from being withdrawn until the dispute `id` ends, and takes a place behind
    /// all claims on it that are open or wait, see `slash`. Never fails for lack of stake: what is not there yet is frozen when
    /// it arrives. Once per id; nothing happens for an amount of zero.
    function freeze(bytes32 id, address member, uint256 amount) external;

    /// @notice Ends a freeze of the caller. Does nothing if there is none.
    function unfreeze(bytes32 id) external;

    /// @notice Takes restitution and penalty from the member: active stake first, then unbonding. Takes what there is, and
    /// reverts only for an id that slashed before, or froze for another member, and for shares above `MAX_SHARES`. Ends the freeze under the same id.
    /// @dev Claims are served in the order in which they were frozen; a slash without a freeze comes last. What is frozen for
    /// other disputes is no obstacle, or a member could shelter its stake behind a dispute with itself. But reporter and
    /// victim are paid at once only out of what all earlier claims leave, even if each took all that it asked for. The rest
    /// waits: first for the earlier claims, which are served out of it if the stake does not suffice, then for whom it
    /// was taken for. So nobody gets anything, and nobody loses anything, by what others freeze or slash later.
    /// @dev Jurors do not wait: they are drawn, and what they earn must not depend on what they find. With the treasury's part
    /// of it that takes a third at most of what is there for those whose turn it is.
    function slash(Slash calldata order) external returns (Payout memory payout);

    /// @notice Notes half strikes against the member, of which two are one strike; no more than six count. Six within the
    /// window put it in jail.
    /// @param window Seconds back from now within which strikes are counted.
    /// @return count Half strikes in the window, with these: 0 to 6.
    function strike(address member, Offence offence, uint256 halves, uint256 window) external returns (uint256 count);

    /// @notice Puts the member (or the address, if it is none yet) in jail for `JAIL_PERIOD` from now: it is not active and
    /// covers nothing, until it calls `unjail`.
    function jail(address member) external;

    /* ANYONE */

    /// @notice Pays what waits of a slash, once no earlier claim is open. A judge that is the reporter itself collects itself.
    function collect(address judge, bytes32 id) external returns (uint256 toReporter, uint256 toVictim);

    /* VIEWS */

    function stakeToken() external view returns (address);
    function unbondingPeriod() external view returns (uint256 periodSeconds);
    function minimumStake(Role role) external view returns (uint256);
    function treasury() external view returns (address);
    /// @notice Who may `wire`, and nothing else.
    function deployer() external view returns (address);
    function wired() external view returns (bool);
    function members(
        address member
    )
        external
        view
        returns (
            Role role,
            uint40 activeSince,
            uint40 jailedUntil,
            uint40 unbondAt,
            uint96 stake,
            uint96 unbonding,
            uint120 frozen,
            uint40 registeredAt
        );
    function rewards(address account) external view returns (uint128 credited, uint128 withdrawn);

    /// @notice What a contract may do as a judge. AccountingV2 asks here, too.
    function powerOf(address judge) external view returns (Power);

    /// @notice What `judge` did under `id`, see `Reason`.
    function reasons(address judge, bytes32 id) external view returns (address member, uint96 frozen);

    /// @notice What waits under `id` of `judge`, see `Waiting`.
    function waiting(
        address judge,
        bytes32 id
    )
        external
        view
        returns (address member, uint96 amount, address reporter, uint96 toReporter, address victim, uint96 toVictim);

    /// @notice What is here of all that was taken of a member's stake and waits.
    function withheldOf(address member) external view returns (uint256);

    /// @notice Whether `judge` slashed for `id`.
    function isSlashed(address judge, bytes32 id) external view returns (bool);

    /// @notice Half strikes of the last `window` seconds: 0 to 6.
    function strikesOf(address member, Offence offence, uint256 window) external view returns (uint256 count);

    /// @notice All stake that a slash can reach: active and unbonding.
    function slashableStake(address member) external view returns (uint256);

    /// @notice Stake that counts: active, not unbonding.
    function activeStake(address member) external view returns (uint256);

    /// @notice Whether the member has a role, at least its minimum, and is not in jail.
    function isActive(address member) external view returns (bool);

    /// @notice Unmatured tail money that an executor's stake covers now: a tenth of its active stake, or, if that is more, as
    /// much of it as has passed of the first week as an active executor; then all of it. Stake that is added makes the executor
    /// as old as its units are on average. Zero for a member that is not an active executor.
    function capacityOf(address executor) external view returns (uint256);
}
